//! The `OpenMetrics` text format (version 1.0.0), for scrapers that ask for it.

use prometheus::proto::{Metric, MetricFamily, MetricType};
use std::fmt::{self, Write};

/// The suffix that the samples of a counter have and its name has not.
const TOTAL: &str = "_total";

/// All families in this format.
pub(super) fn encode(families: &[MetricFamily]) -> String {
    let mut text = String::with_capacity(16 << 10);
    for family in families {
        // Writing to a string cannot fail.
        let _infallible = of_family(&mut text, family);
    }
    text.push_str("# EOF\n");
    text
}

fn of_family(text: &mut String, family: &MetricFamily) -> fmt::Result {
    let (name, kind) = match family.get_field_type() {
        MetricType::COUNTER => (family.name().trim_end_matches(TOTAL), "counter"),
        MetricType::GAUGE => (family.name(), "gauge"),
        MetricType::HISTOGRAM => (family.name(), "histogram"),
        // There are no others here, and none that a scraper needs to know more of.
        _ => (family.name(), "unknown"),
    };
    writeln!(text, "# TYPE {name} {kind}")?;
    let help = Escaped(family.help());
    writeln!(text, "# HELP {name} {help}")?;
    for metric in family.get_metric() {
        match family.get_field_type() {
            MetricType::COUNTER => {
                let value = Number(metric.get_counter().get_value());
                sample(text, name, TOTAL, metric, None, value)?;
            }
            MetricType::GAUGE => {
                sample(
                    text,
                    name,
                    "",
                    metric,
                    None,
                    Number(metric.get_gauge().get_value()),
                )?;
            }
            MetricType::HISTOGRAM => histogram(text, name, metric)?,
            _ => {}
        }
    }
    Ok(())
}

fn histogram(text: &mut String, name: &str, metric: &Metric) -> fmt::Result {
    let histogram = metric.get_histogram();
    let count = Number(histogram.get_sample_count() as f64);
    for bucket in histogram.get_bucket() {
        let bound = bucket.upper_bound();
        if bound.is_finite() {
            let below = Number(bucket.cumulative_count() as f64);
            sample(text, name, "_bucket", metric, Some(bound), below)?;
        }
    }
    sample(text, name, "_bucket", metric, Some(f64::INFINITY), count)?;
    let sum = Number(histogram.get_sample_sum());
    sample(text, name, "_sum", metric, None, sum)?;
    sample(text, name, "_count", metric, None, count)
}

/// One line: the name with its suffix, the labels, with the bound of a bucket, and the value.
fn sample(
    text: &mut String,
    name: &str,
    suffix: &str,
    metric: &Metric,
    bound: Option<f64>,
    value: Number,
) -> fmt::Result {
    write!(text, "{name}{suffix}")?;
    let mut before = '{';
    for label in metric.get_label() {
        write!(
            text,
            "{before}{}=\"{}\"",
            label.name(),
            Escaped(label.value())
        )?;
        before = ',';
    }
    if let Some(bound) = bound {
        write!(text, "{before}le=\"{}\"", Bound(bound))?;
        before = ',';
    }
    if before == ',' {
        text.push('}');
    }
    writeln!(text, " {value}")
}

/// A value: whole numbers without a point.
#[derive(Clone, Copy)]
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            x if x == f64::INFINITY => f.write_str("+Inf"),
            x if x == f64::NEG_INFINITY => f.write_str("-Inf"),
            x if x.is_nan() => f.write_str("NaN"),
            x => write!(f, "{x}"),
        }
    }
}

/// The bound of a bucket in the one spelling that the format has for it: `1.0`, `0.001`, `1e-05`, `+Inf`.
struct Bound(f64);

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_finite() {
            return Number(self.0).fmt(f);
        }
        if self.0 == 0.0 || self.0.abs() >= 1e-4 {
            return write!(f, "{:?}", self.0);
        }
        let text = format!("{:e}", self.0);
        match text.split_once("e-") {
            Some((digits, exponent)) => write!(f, "{digits}e-{exponent:0>2}"),
            None => f.write_str(&text),
        }
    }
}

/// A text with what would end a line or a label spelt out.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '"' => f.write_str("\\\"")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_have_one_spelling() {
        for (bound, text) in [
            (1e-6, "1e-06"),
            (5e-5, "5e-05"),
            (1e-4, "0.0001"),
            (0.05, "0.05"),
            (1.0, "1.0"),
            (10_000.0, "10000.0"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(Bound(bound).to_string(), text);
        }
    }

    #[test]
    fn text_stays_within_its_line_and_its_label() {
        assert_eq!(Escaped("a\"b\\c\nd").to_string(), "a\\\"b\\\\c\\nd");
    }
}
