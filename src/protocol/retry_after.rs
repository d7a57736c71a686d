//! `Retry-After` (RFC 9110 section 10.2.3): seconds or an HTTP date.

use super::http::Response;

/// The longest wait that a server can ask for: a day.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;

/// How long the server asks to wait, in milliseconds, at most a day. Whole and decimal seconds and HTTP dates are read;
/// anything else counts as no wish. A date is measured against the response's own `Date` where it has one, so that a
/// wrong clock on the player's side does not matter, else against `now_ms`.
pub fn retry_after_ms(response: &Response, now_ms: i64) -> Option<u64> {
    let value = response.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then(|| ((seconds * 1000.0) as u64).min(LONGEST_MS));
    }
    let at = http_date_ms(value)?;
    let from = response.header("date").and_then(http_date_ms).unwrap_or(now_ms);
    Some(u64::try_from(at.saturating_sub(from)).unwrap_or(0).min(LONGEST_MS))
}

/// An IMF-fixdate in Unix milliseconds.
fn http_date_ms(text: &str) -> Option<i64> {
    static PARSER: jiff::fmt::rfc2822::DateTimeParser = jiff::fmt::rfc2822::DateTimeParser::new();
    PARSER.parse_timestamp(text.trim()).ok().map(|at| at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&str, &str)]) -> Option<u64> {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        retry_after_ms(
            &Response {
                status: 429,
                headers,
                body: Vec::new(),
            },
            1_000_000_000_000,
        )
    }

    #[test]
    fn seconds_and_dates_are_read_and_bounded() {
        assert_eq!(asked(&[("Retry-After", "7")]), Some(7_000));
        assert_eq!(asked(&[("retry-after", " 1.5 ")]), Some(1_500));
        assert_eq!(asked(&[("Retry-After", "999999999")]), Some(LONGEST_MS));
        let date = [
            ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"),
        ];
        assert_eq!(asked(&date), Some(10_000));
        assert_eq!(asked(&[("Retry-After", "Sun, 09 Sep 2001 01:46:45 GMT")]), Some(5_000));
        for nonsense in ["-1", "soon", "NaN", "inf", ""] {
            assert_eq!(asked(&[("Retry-After", nonsense)]), None, "{nonsense}");
        }
    }
}
