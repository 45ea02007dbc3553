//! Histograms that count with two additions. Those of the `prometheus` crate take five, one of them in a loop, and a request is counted in
//! three of them.

use prometheus::{
    Error, Opts,
    core::{Collector, Desc, Describer},
    proto::{Bucket, Histogram as Snapshot, LabelPair, Metric, MetricFamily, MetricType},
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// What the values of a histogram are.
#[derive(Clone, Copy)]
pub(super) struct Buckets {
    /// The largest value of each bucket, in ascending order; above the last one there is one bucket more.
    pub(super) bounds: &'static [f64],
    /// The sum is kept in parts of `1 / scale`.
    pub(super) scale: f64,
}

/// A histogram's name, its help and its buckets.
pub(super) struct Described {
    pub(super) opts: Opts,
    pub(super) buckets: Buckets,
}

/// The histograms of one name, by the values of their labels.
#[derive(Clone)]
pub(super) struct HistogramVec(Arc<Family>);

struct Family {
    desc: Desc,
    buckets: Buckets,
    children: Mutex<Vec<(Vec<LabelPair>, Histogram)>>,
}

/// How many observations lie between the bounds, and their sum.
#[derive(Clone)]
pub(super) struct Histogram(Arc<Cells>);

struct Cells {
    buckets: Buckets,
    /// One more than there are bounds.
    counts: Box<[AtomicU64]>,
    /// In parts of `1 / scale`: whole numbers can be added without a loop.
    sum: AtomicU64,
}

impl HistogramVec {
    /// No histogram yet.
    ///
    /// # Errors
    /// If the name or a label is no valid one.
    pub(super) fn new(described: Described, labels: &[&str]) -> Result<Self, Error> {
        let Described { opts, buckets } = described;
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Ok(Self(Arc::new(Family {
            desc: opts.variable_labels(labels).describe()?,
            buckets,
            children: Mutex::default(),
        })))
    }

    /// The histogram with these values of the labels.
    pub(super) fn with_label_values(&self, values: &[&str]) -> Histogram {
        let names = self.0.desc.variable_labels.iter();
        let pair = |(name, value): (&String, &&str)| {
            let mut pair = LabelPair::default();
            pair.set_name(name.clone());
            pair.set_value((*value).to_owned());
            pair
        };
        let labels: Vec<LabelPair> = names.zip(values).map(pair).collect();
        let children = self.0.children.lock();
        let mut children = children.unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = children.iter().find(|(known, _)| *known == labels) {
            return known.clone();
        }
        let new = Histogram::new(self.0.buckets);
        children.push((labels, new.clone()));
        new
    }
}

impl Collector for HistogramVec {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.0.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let children = self.0.children.lock();
        let children = children.unwrap_or_else(PoisonError::into_inner);
        let metrics = children.iter().map(|(labels, histogram)| {
            let mut metric = Metric::from_label(labels.clone());
            metric.set_histogram(histogram.snapshot());
            metric
        });
        let mut family = MetricFamily::default();
        family.set_name(self.0.desc.fq_name.clone());
        family.set_help(self.0.desc.help.clone());
        family.set_field_type(MetricType::HISTOGRAM);
        family.set_metric(metrics.collect());
        vec![family]
    }
}

impl Histogram {
    fn new(buckets: Buckets) -> Self {
        let counts = 0..=buckets.bounds.len();
        Self(Arc::new(Cells {
            buckets,
            counts: counts.map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
        }))
    }

    /// Counts a value, which is not negative.
    pub(super) fn observe(&self, value: f64) {
        let Cells {
            buckets,
            counts,
            sum,
        } = &*self.0;
        let at = buckets.bounds.partition_point(|bound| *bound < value);
        counts[at].fetch_add(1, Relaxed);
        sum.fetch_add((value * buckets.scale) as u64, Relaxed);
    }

    /// How many values were counted.
    pub(super) fn count(&self) -> u64 {
        self.0.counts.iter().map(|count| count.load(Relaxed)).sum()
    }

    /// The sum of the values.
    pub(super) fn sum(&self) -> f64 {
        self.0.sum.load(Relaxed) as f64 / self.0.buckets.scale
    }

    /// The counts add up to their total, whatever is counted meanwhile.
    fn snapshot(&self) -> Snapshot {
        let mut total = 0;
        let mut add = |count: &AtomicU64| {
            total += count.load(Relaxed);
            total
        };
        let below: Vec<u64> = self.0.counts.iter().map(&mut add).collect();
        let buckets = self
            .0
            .buckets
            .bounds
            .iter()
            .zip(&below)
            .map(|(bound, count)| {
                let mut bucket = Bucket::default();
                bucket.set_upper_bound(*bound);
                bucket.set_cumulative_count(*count);
                bucket
            });
        let mut snapshot = Snapshot::default();
        snapshot.set_bucket(buckets.collect());
        snapshot.set_sample_count(total);
        snapshot.set_sample_sum(self.sum());
        snapshot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histograms(bounds: &'static [f64], scale: f64) -> HistogramVec {
        let described = Described {
            opts: Opts::new("lengths", "Lengths."),
            buckets: Buckets { bounds, scale },
        };
        HistogramVec::new(described, &["kind"]).unwrap()
    }

    #[test]
    fn a_sum_of_fractions_keeps_them_wherever_the_first_bound_is() {
        let one = histograms(&[1.0, 10.0], 1e9).with_label_values(&["a"]);
        one.observe(0.25);
        one.observe(0.5);
        assert!((one.sum() - 0.75).abs() < 1e-9);
    }

    #[test]
    fn a_value_counts_up_to_the_bound_that_it_does_not_exceed() {
        let all = histograms(&[0.5, 1.0, 2.0], 1e9);
        let one = all.with_label_values(&["a"]);
        for value in [0.0, 0.5, 0.75, 2.0, 2.5] {
            one.observe(value);
        }
        let [family] = &all.collect()[..] else {
            panic!("one family")
        };
        let histogram = family.get_metric()[0].get_histogram();
        let below = histogram.get_bucket().iter();
        let below: Vec<_> = below.map(Bucket::cumulative_count).collect();
        assert_eq!((below, histogram.get_sample_count()), (vec![2, 3, 4], 5));
        assert!((histogram.get_sample_sum() - 5.75).abs() < 1e-9);
        assert_eq!((one.count(), one.sum().round() as u64), (5, 6));
    }

    #[test]
    fn the_same_labels_are_the_same_histogram() {
        let all = histograms(&[1.0], 1.0);
        all.with_label_values(&["a"]).observe(3.0);
        all.with_label_values(&["b"]).observe(4.0);
        all.with_label_values(&["a"]).observe(5.0);
        let sum = |kind| all.with_label_values(&[kind]).sum() as u64;
        assert_eq!([sum("a"), sum("b")], [8, 4]);
        assert_eq!(all.collect()[0].get_metric().len(), 2);
    }
}
