//! Chooses the rows that are held out.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::apportion::apportion;

/// Groups of neighbouring values that a quantity is held out by.
const GROUPS: usize = 10;

/// Row indices, each list ascending.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) train: Vec<usize>,
    pub(super) test: Vec<usize>,
}

/// Holds out a `share` of the rows, the same share of every class as far as whole rows allow.
///
/// A class never loses its last row to the held-out side: a model cannot name a class it has not seen.
/// `None` when `share` asks for held-out rows and no class has a row to spare.
pub(super) fn stratified(
    classes: &[usize],
    n_classes: usize,
    share: f64,
    seed: u64,
) -> Option<Split> {
    let mut members = vec![Vec::new(); n_classes];
    for (row, &class) in classes.iter().enumerate() {
        members[class].push(row);
    }
    let wanted = (classes.len() as f64 * share).round() as u64;
    let sizes: Vec<u64> = members.iter().map(|rows| rows.len() as u64).collect();
    let held_out = apportion(wanted, &sizes);

    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (mut rows, n) in members.into_iter().zip(held_out) {
        rows.shuffle(&mut rng);
        let n = (n as usize).min(rows.len().saturating_sub(1));
        train.extend_from_slice(&rows[n..]);
        rows.truncate(n);
        test.append(&mut rows);
    }
    if test.is_empty() && share > 0.0 {
        return None;
    }
    train.sort_unstable();
    test.sort_unstable();
    Some(Split { train, test })
}

/// Holds out a `share` of the rows of a quantity: the same share of its low, middling and high values.
///
/// The rows are put into as many groups of neighbouring values as they allow, up to [`GROUPS`]. A plain draw would now and then hold out
/// too many or too few of the extreme values, which decide on R² and RMSE.
/// `None` as in [`stratified`].
pub(super) fn by_value(numbers: &[f64], share: f64, seed: u64) -> Option<Split> {
    let rows = numbers.len();
    let mut order: Vec<usize> = (0..rows).collect();
    // A stable sort, so that equal values stay in the order of the rows.
    order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    // Every group has a row for either side.
    let held_out = (rows as f64 * share).round() as usize;
    let groups = GROUPS
        .min(held_out)
        .min(rows.saturating_sub(held_out))
        .max(1);
    let mut group = vec![0; rows];
    for (place, row) in order.into_iter().enumerate() {
        group[row] = place * groups / rows;
    }
    stratified(&group, groups, share, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[usize], classes: &[usize]) -> [usize; 3] {
        let mut counts = [0; 3];
        for &row in rows {
            counts[classes[row]] += 1;
        }
        counts
    }

    #[test]
    fn every_class_gives_its_share_and_keeps_a_row() {
        let classes: Vec<usize> = (0..101).map(|i| if i == 100 { 2 } else { i % 2 }).collect();
        let split = stratified(&classes, 3, 0.2, 1).expect("enough rows");
        assert_eq!(counts(&split.test, &classes), [10, 10, 0]);
        assert_eq!(counts(&split.train, &classes), [40, 40, 1]);
    }

    #[test]
    fn the_seed_decides_and_no_row_is_lost() {
        let classes: Vec<usize> = (0..60).map(|i| i % 3).collect();
        let split = |seed| stratified(&classes, 3, 0.25, seed).expect("enough rows");
        assert_eq!(split(7), split(7));
        assert_ne!(split(7), split(8));
        let Split { mut train, test } = split(7);
        train.extend(test);
        train.sort_unstable();
        assert_eq!(train, (0..60).collect::<Vec<_>>());
    }

    #[test]
    fn a_share_of_zero_trains_on_all() {
        let split = stratified(&[0, 1], 2, 0.0, 1).expect("no rows are asked for");
        assert_eq!((split.train.len(), split.test.len()), (2, 0));
    }

    #[test]
    fn too_few_rows_hold_nothing_out() {
        assert_eq!(stratified(&[0, 1], 2, 0.5, 1), None);
        assert_eq!(stratified(&[0, 0, 1], 2, 0.1, 1), None);
    }

    #[test]
    fn low_and_high_values_are_held_out_alike() {
        // The values do not come in order.
        let numbers: Vec<f64> = (0..100).map(|i| f64::from(i * 37 % 100)).collect();
        let split = by_value(&numbers, 0.2, 1).expect("enough rows");
        let mut held: Vec<usize> = split
            .test
            .iter()
            .map(|&row| numbers[row] as usize / 10)
            .collect();
        held.sort_unstable();
        assert_eq!(held, (0..20).map(|i| i / 2).collect::<Vec<_>>());
        assert_eq!(split.train.len(), 80);
        assert_ne!(Some(split), by_value(&numbers, 0.2, 2));
    }

    #[test]
    fn a_few_numbers_give_what_they_can_spare() {
        let split = by_value(&[1.0, 2.0, 3.0], 0.2, 1).expect("one of three");
        assert_eq!((split.train.len(), split.test.len()), (2, 1));
        assert_eq!(by_value(&[1.0, 2.0], 0.2, 1), None);
        let all = by_value(&[1.0, 2.0], 0.0, 1).expect("none are asked for");
        assert_eq!(all.train, [0, 1]);
        // Half of four, and no group of two loses both of its rows.
        let half = by_value(&[4.0, 3.0, 2.0, 1.0], 0.5, 3).expect("two of four");
        assert_eq!(half.test.len(), 2);
        assert!(half.test[0] < 2 && half.test[1] >= 2);
    }
}
