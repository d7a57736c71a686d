//! The table as a picture: for each row a bar from the smallest to the largest ratio, the median, and the mark, on a
//! logarithmic scale.

use std::fmt::Write;

use super::row::{Mark, Row, figure};

const LINE: usize = 22;
const TOP: usize = 46;
const LABELS: f64 = 520.0;
const WIDTH: f64 = 1180.0;
const RIGHT: f64 = 130.0;

/// The rows as an SVG document.
pub fn svg(rows: &[Row]) -> String {
    let mut values: Vec<f64> = rows.iter().flat_map(|row| [row.least(), row.most()]).collect();
    values.extend(rows.iter().filter_map(mark));
    values.retain(|value| value.is_finite() && *value > 0.0);
    let low = values.iter().copied().fold(1.0, f64::min).log10().floor();
    let high = values.iter().copied().fold(1.0, f64::max).log10().ceil().max(low + 1.0);
    let x = |value: f64| LABELS + (value.max(1e-9).log10() - low) / (high - low) * (WIDTH - LABELS - RIGHT);
    let height = TOP + rows.len() * LINE + 16;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"8\" y=\"18\">Ratios: median, range of the rounds, and mark (green: reached; red: not reached)</text>\n"
    );
    let bottom = height - 10;
    for power in (low as i32)..=(high as i32) {
        let value = 10f64.powi(power);
        let at = x(value);
        let stroke = if power == 0 { "#888" } else { "#ddd" };
        let _ = writeln!(
            out,
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{}\" y2=\"{bottom}\" stroke=\"{stroke}\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#666\">{value}</text>",
            TOP - 8,
            TOP - 12
        );
    }
    for (index, row) in rows.iter().enumerate() {
        let middle = TOP + index * LINE + LINE / 2;
        let colour = match (row.mark, row.is_kept()) {
            (Mark::None, _) => "#567",
            (_, true) => "#2a7d2a",
            (_, false) => "#c0261c",
        };
        let label = escaped(&format!("{} / {}", row.what, row.baseline));
        let _ = writeln!(out, "<text x=\"8\" y=\"{}\">{label}</text>", middle + 4);
        let (left, right) = (x(row.least()), x(row.most()));
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{}\" width=\"{:.1}\" height=\"8\" fill=\"{colour}\" fill-opacity=\"0.3\"/>\
             <circle cx=\"{:.1}\" cy=\"{middle}\" r=\"4\" fill=\"{colour}\"/>",
            middle - 4,
            (right - left).max(1.0),
            x(row.median())
        );
        if let Some(mark) = mark(row) {
            let at = x(mark);
            let _ = writeln!(
                out,
                "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{}\" y2=\"{}\" stroke=\"#000\" stroke-width=\"2\"/>",
                middle - 8,
                middle + 8
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\">{}</text>",
            WIDTH - RIGHT + 14.0,
            middle + 4,
            escaped(&figure(row.median()))
        );
    }
    out.push_str("</svg>\n");
    out
}

fn mark(row: &Row) -> Option<f64> {
    match row.mark {
        Mark::AtMost(value) | Mark::AtLeast(value) => Some(value),
        Mark::None => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
