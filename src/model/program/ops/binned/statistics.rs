//! What the training data told of categories and their combinations.
//!
//! Source: `CalcHashes` in CatBoost's `libs/model/ctr_provider.h`, `CalcHash` in `hash.h`, `TStaticCtrProvider::CalcCtrs` in
//! `static_ctr_provider.cpp`, and `TModelCtr::Calc`.

use super::{
    bins::{Borders, Layout, Place, Rows as TileRows},
    description::{BinnedTrees, Combination, Counted, Rows, Statistic, Table},
};
use crate::model::{
    check::{InvalidModel, invalid},
    ir::Reg,
    program::{TILE, Tile},
};

/// What `CalcHash` multiplies by.
const MULTIPLIER: u64 = 0x4906_ba49_4954_cb65;
/// The place of a combination that the training data did not have.
const NOWHERE: u32 = u32::MAX;

/// A combination, and the statistics that are looked up by it.
#[derive(Debug)]
pub(super) struct Looked {
    categories: Vec<Reg>,
    splits: Vec<Place>,
    /// In the order of their tables.
    values: Vec<Value>,
}

#[derive(Debug)]
struct Value {
    table: usize,
    counts: Counted,
    prior: [f32; 2],
    shift: f32,
    scale: f32,
    borders: Borders,
}

/// All statistics, by their combinations. `layout` has the splits of numbers and categories already.
pub(super) fn ready(trees: &BinnedTrees, layout: &mut Layout) -> Result<Vec<Looked>, InvalidModel> {
    let before = layout.places.len();
    let mut all = Vec::with_capacity(trees.combinations.len());
    for Combination { categories, splits } in &trees.combinations {
        let place = |split: &u32| layout.places.get(*split as usize).copied();
        let Some(splits) = splits.iter().map(place).collect() else {
            invalid!("a combination names a split that is not among the first {before}");
        };
        all.push(Looked {
            categories: categories.clone(),
            splits,
            values: Vec::new(),
        });
    }
    for table in &trees.tables {
        check(table)?;
    }
    for statistic in &trees.statistics {
        let value = Value::new(statistic, &trees.tables, layout)?;
        let combinations = all.len();
        let Some(looked) = all.get_mut(statistic.combination as usize) else {
            invalid!(
                "a statistic is of combination {} of {combinations}",
                statistic.combination
            );
        };
        looked.values.push(value);
    }
    for looked in &mut all {
        looked.values.sort_by_key(|value| value.table);
    }
    Ok(all)
}

/// Whether a table has rows for all of its places.
fn check(table: &Table) -> Result<(), InvalidModel> {
    let rows = match &table.rows {
        Rows::Classes { classes: 0, .. } => 0,
        Rows::Classes { classes, counts } => counts.len() / classes,
        Rows::Means(means) => means.len(),
        Rows::Totals { counts, .. } => counts.len(),
    };
    if table.places.values().any(|place| *place as usize >= rows) {
        invalid!("a table of categories points beyond its {rows} rows");
    }
    Ok(())
}

impl Value {
    fn new(
        statistic: &Statistic,
        tables: &[Table],
        layout: &mut Layout,
    ) -> Result<Self, InvalidModel> {
        let at = statistic.table as usize;
        let Some(table) = tables.get(at) else {
            invalid!("a statistic is of table {at} of {}", tables.len());
        };
        let fits = match (statistic.counts, &table.rows) {
            (Counted::Class(class) | Counted::Above(class), Rows::Classes { classes, .. }) => {
                (class as usize) < *classes
            }
            (Counted::Mean, Rows::Means(_)) | (Counted::Rows, Rows::Totals { .. }) => true,
            _ => false,
        };
        let [of_count, of_total] = statistic.prior;
        let numbers = [of_count, of_total, statistic.shift, statistic.scale];
        if !fits || !numbers.iter().all(|x| x.is_finite()) {
            invalid!("a statistic does not fit its table");
        }
        Ok(Self {
            table: at,
            counts: statistic.counts,
            prior: statistic.prior,
            shift: statistic.shift,
            scale: statistic.scale,
            borders: Borders::new(&statistic.borders, layout)?,
        })
    }

    /// The value at a place of the table.
    fn at(&self, rows: &Rows, place: u32) -> f32 {
        let known = place != NOWHERE;
        let at = place as usize;
        let (count, total) = match rows {
            Rows::Classes { classes, counts } if known => {
                let counts = &counts[at * classes..][..*classes];
                let total = sum(counts);
                match self.counts {
                    Counted::Above(class) => (sum(&counts[class as usize + 1..]), total),
                    Counted::Class(class) => (counts[class as usize], total),
                    Counted::Mean | Counted::Rows => (0, 0),
                }
            }
            Rows::Means(means) if known => {
                let (sum, count) = means[at];
                return self.share(sum, count as f32);
            }
            Rows::Totals { counts, total } => (if known { counts[at] } else { 0 }, *total),
            Rows::Classes { .. } | Rows::Means(_) => (0, 0),
        };
        self.share(count as f32, total as f32)
    }

    fn share(&self, count: f32, total: f32) -> f32 {
        let [of_count, of_total] = self.prior;
        ((count + of_count) / (total + of_total) + self.shift) * self.scale
    }
}

fn sum(counts: &[i32]) -> i32 {
    counts.iter().fold(0, |sum, count| sum.wrapping_add(*count))
}

fn join(a: u64, b: u64) -> u64 {
    MULTIPLIER.wrapping_mul(a.wrapping_add(MULTIPLIER.wrapping_mul(b)))
}

impl Looked {
    pub(super) fn write(&self, tables: &[Table], tile: &Tile<'_>, rows: TileRows, bins: &mut [u8]) {
        let mut hashes = [0u64; TILE];
        let hashes = &mut hashes[..rows.count];
        for read in &self.categories {
            let column = &tile.column(*read)[rows.first..][..rows.count];
            for (hash, x) in hashes.iter_mut().zip(column) {
                // CatBoost widens the 32 bits with their sign.
                let category = i64::from(*x as u32 as i32) as u64;
                *hash = join(*hash, category);
            }
        }
        for split in &self.splits {
            let column = &bins[split.byte() * rows.stride..][..rows.count];
            for (hash, bin) in hashes.iter_mut().zip(column) {
                *hash = join(*hash, u64::from(*bin >= split.least()));
            }
        }
        let mut places = [NOWHERE; TILE];
        for values in self.values.chunk_by(|a, b| a.table == b.table) {
            let Some(table) = values.first().and_then(|value| tables.get(value.table)) else {
                continue;
            };
            for (place, hash) in places.iter_mut().zip(hashes.iter()) {
                *place = table.places.get(hash).copied().unwrap_or(NOWHERE);
            }
            for value in values {
                for (row, place) in places[..rows.count].iter().enumerate() {
                    let x = value.at(&table.rows, *place);
                    value.borders.write(x, bins, row, rows.stride);
                }
            }
        }
    }
}
