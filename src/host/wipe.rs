//! Secrets that are not needed any more.

use zeroize::Zeroize;

/// Wipes the values of headers, among which a key or a token may be. What a TLS library, the operating system or a host
/// has copied is theirs.
pub(crate) fn wipe_headers(headers: &mut [(String, String)]) {
    for (_, value) in headers {
        value.zeroize();
    }
}
