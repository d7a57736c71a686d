//! How large the library is, in proportion to what it should be at most. Sizes are no matter of rounds.

use super::{
    Context,
    row::{Mark, Row},
};
use crate::footprint;

/// The rows of this bench.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let sizes = footprint::measure(&context.library)?;
    let row = |what: &str, size: u64, most_kib: f64| {
        let kib = size as f64 / 1024.0;
        Row {
            area: "size",
            what: what.to_owned(),
            baseline: format!("{most_kib:.0} KiB"),
            ratios: vec![kib / most_kib],
            mark: Mark::AtMost(1.0),
            absolute: format!("{kib:.0} KiB to {most_kib:.0} KiB"),
        }
    };
    Ok(vec![
        row("the stripped shared library with HTTPS", sizes.with_https, 2.4 * 1024.0),
        row("what capi and std add to an empty one", sizes.above_empty, 400.0),
        row("private dirty memory after the first answer", sizes.dirty, 256.0),
    ])
}
