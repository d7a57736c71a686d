//! The signature of a webhook.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hex;

/// Lowercase hex HMAC-SHA256 of the timestamp's text followed by the body's bytes.
pub fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(timestamp.as_bytes());
    mac.update(body);
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::signature;

    // Computed with Python's hmac and hashlib.
    #[test]
    fn equals_vectors_of_another_implementation() {
        let body = br#"{"eventType":"Session.ChangePermissions","data":{"id":"78c299b2-5c33-4bde-84fe-8fc950fc7a96","productId":42}}"#;
        assert_eq!(body.len(), 109);
        assert_eq!(
            signature("test-secret", "1700000000", body),
            "844366243027e59249ace735c0c2d01c6b31a67165b476e63dff0fd4dc87d0f3"
        );
        assert_eq!(
            signature("test-secret", "1700000000", b""),
            "1b74eaf87da46877ba651ac812b24a3bf01990e9ed0101b88268f60f965729e2"
        );
    }
}
