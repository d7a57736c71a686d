//! QR codes of challenge URLs, read again by a decoder that shares nothing with what drew them.

use playgate::client::qr::Qr;

/// Draws the modules as a picture, four dots each, with the quiet zone around, and reads it as a scanner does.
fn scanned(qr: &Qr) -> String {
    const DOTS: usize = 4;
    const QUIET: usize = 4;
    let side = (qr.size + 2 * QUIET) * DOTS;
    let is_dark = |x: usize, y: usize| {
        let (column, row) = ((x / DOTS).wrapping_sub(QUIET), (y / DOTS).wrapping_sub(QUIET));
        column < qr.size && row < qr.size && qr.modules[row * qr.size + column] == 1
    };
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| if is_dark(x, y) { 0 } else { 255 });
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "one code is seen");
    grids[0].decode().expect("it can be read").1
}

#[test]
fn what_is_drawn_can_be_scanned() {
    let token = "eyJhbGciOiJIUzI1NiJ9".repeat(20);
    for url in [
        "https://family.k-id.com/authorize?otp=ABC123".to_owned(),
        "http://127.0.0.1:54321/family/authorize?otp=K3QF7A".to_owned(),
        format!("https://game-api.k-id.com/session/upgrade/age-assurance?token={token}"),
        format!("https://x.example/{}", "a".repeat(2048 - 18)),
    ] {
        let qr = Qr::of(&url).expect("it fits");
        assert_eq!(qr.modules.len(), qr.size * qr.size);
        assert!((21..=177).contains(&qr.size) && qr.size % 4 == 1, "{}", qr.size);
        assert!(qr.modules.iter().all(|module| *module <= 1));
        assert_eq!(scanned(&qr), url);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert!(Qr::of(&"a".repeat(2953)).is_some());
    assert!(Qr::of(&"a".repeat(2954)).is_none());
}
