//! A challenge's URL as a QR code, in modules that an engine draws as a texture.

use alloc::{vec, vec::Vec};

use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};

/// A QR code without its quiet zone, which is four light modules on each side.
#[derive(Clone, PartialEq, Eq)]
pub struct Qr {
    /// How many modules a side has: 21 to 177.
    pub size: usize,
    /// One byte per module, row by row from the top left: 1 is dark, 0 is light.
    pub modules: Vec<u8>,
}

impl Qr {
    /// Draws a text; `None` when it is longer than a QR code holds. The error correction is Medium, or Low for what would
    /// not fit else; more where it costs no size.
    pub fn of(text: &str) -> Option<Self> {
        let most = Version::MAX.buffer_len();
        let (mut scratch, mut drawn) = (vec![0u8; most], vec![0u8; most]);
        for level in [QrCodeEcc::Medium, QrCodeEcc::Low] {
            let (low, high) = (Version::MIN, Version::MAX);
            let code = QrCode::encode_text(text, &mut scratch, &mut drawn, level, low, high, None, true);
            if let Ok(code) = code {
                let size = code.size();
                let rows = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
                return Some(Self {
                    size: usize::try_from(size).ok()?,
                    modules: rows.map(|(x, y)| u8::from(code.get_module(x, y))).collect(),
                });
            }
        }
        None
    }
}
