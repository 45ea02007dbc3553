//! Rows together and alone, beside a plain walk down the trees; and what `ready` refuses.

use super::{BinnedTrees, Category, Number, Step, Trees};
use crate::model::program::{Program, Scratch, TILE};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::sync::Arc;

/// Trees over two numbers and a category.
fn random(rng: &mut StdRng, width: usize, depth: usize) -> BinnedTrees {
    let borders = |rng: &mut StdRng, count: usize| {
        let mut borders: Vec<f32> = (0..count).map(|_| rng.gen_range(-50..50) as f32).collect();
        borders.sort_by(f32::total_cmp);
        borders
    };
    let numbers = vec![
        Number {
            read: 0,
            borders: borders(rng, 600),
            missing_above: true,
        },
        Number {
            read: 1,
            borders: borders(rng, 9),
            missing_above: false,
        },
    ];
    let categories = vec![Category {
        read: 2,
        values: vec![7, 3, 5],
    }];
    let tree = |rng: &mut StdRng| (0..depth).map(|_| rng.gen_range(0..612)).collect();
    let trees: Vec<Vec<u32>> = (0..7).map(|_| tree(rng)).collect();
    let leaves = (trees.len() * width) << depth;
    BinnedTrees {
        numbers,
        categories,
        statistics: Vec::new(),
        combinations: Vec::new(),
        tables: Vec::new(),
        trees: Trees::Oblivious(trees),
        width,
        leaves: (0..leaves).map(|_| rng.r#gen()).collect(),
        scale: 2.0,
        bias: vec![0.25; width],
    }
}

/// What a row is answered, by the description alone.
fn plainly(model: &BinnedTrees, row: &[f64]) -> Vec<f64> {
    let mut answers = Vec::new();
    for number in &model.numbers {
        let x = row[number.read as usize] as f32;
        let x = if x.is_nan() && number.missing_above {
            f32::INFINITY
        } else {
            x
        };
        answers.extend(number.borders.iter().map(|border| x > *border));
    }
    for category in &model.categories {
        let x = row[category.read as usize] as u32;
        answers.extend(category.values.iter().map(|value| x == *value));
    }
    let mut sums = vec![0.0; model.width];
    let Trees::Oblivious(trees) = &model.trees else {
        panic!("the trees are oblivious")
    };
    let mut first = 0;
    for tree in trees {
        let bits = tree.iter().enumerate();
        let leaf: usize = bits
            .map(|(i, split)| usize::from(answers[*split as usize]) << i)
            .sum();
        for (j, sum) in sums.iter_mut().enumerate() {
            *sum += model.leaves[first + leaf * model.width + j];
        }
        first += model.width << tree.len();
    }
    sums.iter()
        .zip(&model.bias)
        .map(|(sum, bias)| model.scale * sum + bias)
        .collect()
}

/// What the rows of a tile are answered.
fn answers(model: &BinnedTrees, rows: &[f64]) -> Vec<Vec<f64>> {
    let last: Vec<u32> = (3..3 + model.width as u32).collect();
    let (program, _) = Program::new(3, &[Arc::new(model.clone())], &last, false).unwrap();
    let (mut values, mut scratch) = (Vec::new(), Scratch::default());
    program.run(rows, &mut values, &mut scratch);
    let count = rows.len() / 3;
    let row = |row: usize| {
        last.iter()
            .map(|at| values[*at as usize * count + row])
            .collect()
    };
    (0..count).map(row).collect()
}

#[test]
fn rows_together_and_alone_answer_as_a_plain_walk_does() {
    let mut rng = StdRng::seed_from_u64(5);
    for width in 1..6 {
        for depth in [0, 1, 6, 8, 9] {
            let model = random(&mut rng, width, depth);
            let mut rows: Vec<f64> = (0..3 * TILE)
                .map(|_| rng.gen_range(-60..60).into())
                .collect();
            for row in rows.chunks_exact_mut(3) {
                row[2] = rng.gen_range(0..9).into();
            }
            rows[0] = f64::NAN;
            rows[4] = f64::NAN;
            let expected: Vec<_> = rows
                .chunks_exact(3)
                .map(|row| plainly(&model, row))
                .collect();
            for count in [1, 2, 5, TILE] {
                let found = answers(&model, &rows[..3 * count]);
                assert_eq!(found, expected[..count], "{width} {depth} {count}");
            }
        }
    }
}

type Forge<'a> = &'a dyn Fn(&mut BinnedTrees);

#[test]
fn what_does_not_hold_is_refused() {
    let mut rng = StdRng::seed_from_u64(6);
    let model = random(&mut rng, 1, 2);
    let refused = |forge: &dyn Fn(&mut BinnedTrees)| {
        let mut model = model.clone();
        forge(&mut model);
        let program = Program::new(3, &[Arc::new(model)], &[3], false);
        program.map(|_| ()).unwrap_err().to_string()
    };
    let step = |split, yes, leaf| Step {
        split,
        no: 0,
        yes,
        leaf,
    };
    let stepped = |nodes: Vec<Step>| Trees::Stepped {
        roots: vec![0],
        nodes,
    };
    let forged: [(Forge<'_>, &str); 10] = [
        (
            &|m| m.trees = Trees::Oblivious(vec![vec![612]]),
            "split 612",
        ),
        (
            &|m| m.trees = Trees::Oblivious(vec![vec![0; 17]]),
            "17 levels",
        ),
        (&|m| m.leaves[0] = f64::NAN, "not a finite number"),
        (&|m| _ = m.leaves.pop(), "leaf values"),
        (&|m| m.numbers[0].borders.reverse(), "rising order"),
        (&|m| m.categories[0].values.push(7), "twice"),
        (&|m| m.bias.push(0.0), "outputs"),
        (
            &|m| m.trees = stepped(vec![step(0, 1, 0)]),
            "beyond its nodes",
        ),
        (
            &|m| m.trees = stepped(vec![step(0, 1, 0), step(0, 0, 99)]),
            "leaf 99",
        ),
        (&|m| m.trees = stepped(Vec::new()), "nodes"),
    ];
    for (forge, named) in forged {
        let error = refused(forge);
        assert!(error.contains(named), "{named}: {error}");
    }
}
