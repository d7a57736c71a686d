//! One line of the table: a ratio over the rounds, and the mark that it should keep.

/// What a ratio should be.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    /// Not above this.
    AtMost(f64),
    /// Not below this.
    AtLeast(f64),
    /// Shown for its own sake.
    None,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which part of the library.
    pub area: &'static str,
    /// What was measured.
    pub what: String,
    /// What it is a ratio to.
    pub baseline: String,
    /// One ratio for each round.
    pub ratios: Vec<f64>,
    /// What it should be.
    pub mark: Mark,
    /// The absolute figure, for a reader who wants to know what the ratio is of.
    pub absolute: String,
}

impl Row {
    /// The middle one, or the mean of the two in the middle.
    pub fn median(&self) -> f64 {
        median(&self.ratios)
    }

    /// The smallest.
    pub fn least(&self) -> f64 {
        self.ratios.iter().copied().fold(f64::NAN, f64::min)
    }

    /// The largest.
    pub fn most(&self) -> f64 {
        self.ratios.iter().copied().fold(f64::NAN, f64::max)
    }

    /// Whether the median keeps the mark.
    pub fn is_kept(&self) -> bool {
        match self.mark {
            Mark::AtMost(most) => self.median() <= most,
            Mark::AtLeast(least) => self.median() >= least,
            Mark::None => true,
        }
    }

    /// The mark as text, and whether it was reached.
    pub fn verdict(&self) -> String {
        let word = if self.is_kept() { "reached" } else { "NOT reached" };
        match self.mark {
            Mark::AtMost(most) => format!("at most {most}: {word}"),
            Mark::AtLeast(least) => format!("at least {least}: {word}"),
            Mark::None => "no mark".to_owned(),
        }
    }

    /// The ratio as text: the median, and the range of the rounds.
    pub fn ratio(&self) -> String {
        format!(
            "{} [{}..{}]",
            figure(self.median()),
            figure(self.least()),
            figure(self.most())
        )
    }

    /// The row as a line for a person who waits.
    pub fn line(&self) -> String {
        format!(
            "  {} / {}: {} ({}; {})",
            self.what,
            self.baseline,
            self.ratio(),
            self.verdict(),
            self.absolute
        )
    }
}

/// All rows as a Markdown table.
pub fn table(rows: &[Row]) -> String {
    let head = ["area", "what", "in proportion to", "ratio [range]", "mark", "absolute"];
    let cells: Vec<[String; 6]> = rows
        .iter()
        .map(|row| {
            [
                row.area.to_owned(),
                row.what.clone(),
                row.baseline.clone(),
                row.ratio(),
                row.verdict(),
                row.absolute.clone(),
            ]
        })
        .collect();
    let width = |column: usize| {
        let of = |text: &str| text.chars().count();
        let longest = cells.iter().map(|row| of(&row[column])).max().unwrap_or(0);
        longest.max(of(head[column]))
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |texts: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = texts
            .zip(&widths)
            .map(|(text, width)| format!("{text}{}", " ".repeat(width - text.chars().count())))
            .collect();
        format!("| {} |\n", padded.join(" | "))
    };
    let mut out = line(&mut head.into_iter());
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    out.push_str(&line(&mut rule.iter().map(String::as_str)));
    for row in &cells {
        out.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    out
}

/// The middle one, or the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.len() % 2, sorted.get(middle), middle.checked_sub(1)) {
        (1, Some(value), _) => *value,
        (0, Some(value), Some(before)) => (value + sorted[before]) / 2.0,
        _ => f64::NAN,
    }
}

/// A number with three digits that say something.
pub fn figure(value: f64) -> String {
    let places = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        v if v >= 0.01 => 3,
        _ => 5,
    };
    format!("{value:.places$}")
}

/// Nanoseconds in the unit that suits them.
pub fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n >= 1e9 => format!("{} s", figure(n / 1e9)),
        n if n >= 1e6 => format!("{} ms", figure(n / 1e6)),
        n if n >= 1e3 => format!("{} µs", figure(n / 1e3)),
        n => format!("{} ns", figure(n)),
    }
}
