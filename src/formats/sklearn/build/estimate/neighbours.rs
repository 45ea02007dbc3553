//! Answers by neighbours, and by the nearest center.
//!
//! Source: `sklearn/neighbors/{_base,_classification,_regression,_nearest_centroid}.py`.

use super::{
    Classes, Estimate, FormatError, Labels, Part, Reader, Reg, corrupt, labels, numpy, ops,
    unsupported,
};
use crate::formats::sklearn::{
    build::{
        cells,
        labels::{labels_of_targets, place},
    },
    sparse::sparse,
};
use ops::{Bounds, Learned, Measure, Near, Nodes, Vectors};

impl Reader {
    /// The votes of the nearest points, or of those within a radius.
    pub(super) fn neighbours_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let (targets, several) = match labels_of_targets(part, "classes_")? {
            Some(targets) => (targets, true),
            None => (vec![labels(part, "classes_")?], false),
        };
        let places = part.array("_y")?;
        let numbers = places.numbers()?;
        let place = |i| u32::try_from(numbers.int(i)).unwrap_or(u32::MAX);
        let learned = Learned::Classes {
            places: (0..places.len()).map(place).collect(),
            counts: targets.iter().map(Labels::len).collect(),
            alone: alone(part, &targets)?,
        };
        let mut answers = self.neighbours(part, reads, learned)?.into_iter();
        let mut result = Vec::with_capacity(targets.len());
        for labels in targets {
            let probabilities = answers.by_ref().take(labels.len()).collect();
            let class = answers.next();
            result.push(Classes {
                labels,
                probabilities: Some(probabilities),
                decision: None,
                class: class.ok_or_else(|| corrupt!("the {} lacks a target", part.class))?,
            });
        }
        Ok(match (several, result.pop()) {
            (false, Some(one)) => one.into(),
            (_, last) => {
                result.extend(last);
                Estimate::Targets(result)
            }
        })
    }

    /// The mean of what is known of the nearest points, or of those within a radius.
    pub(super) fn neighbours_regressor(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let known = part.array("_y")?;
        let learned = Learned::Numbers {
            values: known.floats()?,
            targets: known.shape.get(1).copied().unwrap_or(1),
            // numpy makes the least integer of a NaN.
            alone: match known.dtype.scalar.kind {
                b'f' => f64::NAN,
                _ => i64::MIN as f64,
            },
        };
        self.neighbours(part, reads, learned).map(Estimate::Numbers)
    }

    /// What the points near a row say together.
    pub(super) fn neighbours(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        learned: Learned,
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let near = match part.class {
            "LocalOutlierFactor" => Near::Nearest(part.count("n_neighbors_")?),
            class if class.starts_with("Radius") => Near::Within(part.number("radius")?),
            _ => Near::Nearest(part.count("n_neighbors")?),
        };
        let by_distance = match (part.get("weights"), part.text("weights")) {
            (None, _) | (_, Some("uniform")) => false,
            (_, Some("distance")) => true,
            (Some(id), _) => {
                return Err(unsupported!(
                    "the {} weighs its neighbours by {}, which this server will not run; \"uniform\" and \"distance\" work",
                    part.class,
                    part.arena.kind(id)
                ));
            }
        };
        let nodes = match part.text("_fit_method") {
            Some("brute") => None,
            Some("kd_tree" | "ball_tree") => Some(nodes(part)?),
            _ => return Err(corrupt!("the {} searches in an unknown way", part.class)),
        };
        let neighbours = ops::Neighbours {
            reads: reads.to_vec(),
            points: self.points(part, reads.len())?,
            metric: metric(part)?,
            near,
            by_distance,
            nodes,
            learned,
        };
        self.board.draw(neighbours, [])
    }

    /// The rows of the fit.
    fn points(&mut self, part: Part<'_>, width: usize) -> Result<Vectors, FormatError> {
        let (columns, stored, points);
        if let Some(found) = sparse(part.arena, part.attribute("_fit_X")?)? {
            (columns, stored) = (found.columns, found.numbers.len() + found.rows());
            points = Vectors::Sparse {
                starts: found.starts,
                places: found.places,
                numbers: found.numbers,
            };
        } else {
            let array = part.array("_fit_X")?;
            let numbers = array.floats()?;
            (columns, stored) = (array.shape.get(1).copied().unwrap_or(0), numbers.len());
            points = Vectors::Dense(numbers);
        }
        if columns != width {
            return Err(corrupt!(
                "the {} was fitted on {columns} columns, and gets {width}",
                part.class
            ));
        }
        // The least that numpy stores a number in.
        self.spend(stored)?;
        Ok(points)
    }

    /// The class of the nearest center. Since 1.6 there are probabilities, for which columns count by how little they vary.
    pub(super) fn nearest_centroid(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        self.board.whole_numbers(reads)?;
        let metric = match part.text("metric") {
            Some("euclidean") => Measure::Euclidean,
            Some("manhattan") => Measure::Manhattan,
            Some("cosine") => Measure::Cosine,
            _ => return Err(unknown_metric(part, "metric")),
        };
        let centers = part.array("centroids_")?.floats()?;
        self.spend(centers.len().saturating_mul(4))?;
        let priors = part.get("class_prior_");
        let priors = priors.map(|_| part.array("class_prior_")?.floats());
        let priors = priors.transpose()?;
        let share = 1.0 / labels.len() as f64;
        // `numpy.isclose` with its own tolerances.
        let close = |prior: &f64| (prior - share).abs() <= 1e-8 + 1e-5 * share;
        let equal = priors
            .as_ref()
            .is_none_or(|priors| priors.iter().all(close));
        if !equal && metric != Measure::Euclidean {
            return Err(unsupported!(
                "the NearestCentroid has shares of the classes beside the metric \"{}\"; \"euclidean\" works, or uniform priors",
                part.text("metric").unwrap_or_default()
            ));
        }
        let places = (0..labels.len() as u32).collect();
        let nearest = ops::Neighbours {
            reads: reads.to_vec(),
            points: Vectors::Dense(centers.clone()),
            metric,
            near: Near::Nearest(1),
            by_distance: false,
            nodes: None,
            learned: Learned::Classes {
                places,
                counts: vec![labels.len()],
                alone: None,
            },
        };
        let nearest = self.board.draw(nearest, [])?;
        let nearest = nearest[labels.len()];
        let Some(priors) = priors.filter(|_| metric == Measure::Euclidean) else {
            return Ok(Estimate::Classes {
                labels,
                probabilities: None,
                decision: None,
                class: nearest,
            });
        };
        let scores = self.spread_likelihood(part, reads, centers, &priors)?;
        let mut classes = self.by_logarithms(labels, scores.clone())?.classes(part)?;
        classes.decision = Some(if let &[first, second] = &scores[..] {
            let negative = self.board.apply(ops::Function::Negative, &[first])?;
            self.sum([second, negative[0]])?
        } else {
            scores
        });
        if equal {
            classes.class = nearest;
        }
        Ok(classes.into())
    }

    /// `-|x / s - c / s|² + 2 ln prior` for each center `c`.
    fn spread_likelihood(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        centers: Vec<f64>,
        priors: &[f64],
    ) -> Result<Vec<Reg>, FormatError> {
        let spread = part.columns("within_class_std_dev_", reads.len())?;
        // Columns that do not vary count as they are.
        let variance = |s: &f64| if *s == 0.0 { 0.5 } else { s * s / 2.0 };
        let variances: Vec<f64> = spread.iter().map(variance).collect();
        let gaussian = ops::Gaussian {
            reads: reads.to_vec(),
            means: centers,
            variances: variances.repeat(priors.len()),
            constants: vec![0.0; priors.len()],
            priors: priors.iter().map(|prior| 2.0 * prior.ln()).collect(),
        };
        self.board.draw(gaussian, [])
    }

    fn sum(&mut self, reads: [Reg; 2]) -> Result<Vec<Reg>, FormatError> {
        let linear = ops::Linear {
            reads: reads.to_vec(),
            weights: vec![1.0, 1.0],
            intercept: vec![0.0],
        };
        self.board.draw(linear, [])
    }
}

/// The class of each target where no point is near.
fn alone(part: Part<'_>, targets: &[Labels]) -> Result<Option<Vec<u32>>, FormatError> {
    if !part.class.starts_with("Radius") {
        return Ok(None);
    }
    let Some(id) = part.get("outlier_label_") else {
        return Ok(None);
    };
    let items = match part.arena.items(id) {
        Some(ids) => {
            let values = ids.iter().map(|id| cells::value(part, *id));
            values.collect::<Result<Vec<_>, _>>()?
        }
        None => cells::values(part, id)?,
    };
    let places = targets.iter().zip(&items).map(|(labels, label)| {
        let place = label.as_ref().and_then(|label| place(labels, label));
        place.map(|place| place as u32).ok_or_else(|| {
            unsupported!(
                "the `outlier_label` of the {} is none of its classes, so that scikit-learn gives such rows no probabilities; fit it with one \
                 of the classes or \"most_frequent\"",
                part.class
            )
        })
    });
    places.collect::<Result<_, _>>().map(Some)
}

fn unknown_metric(part: Part<'_>, attribute: &str) -> FormatError {
    let name = match part.text(attribute) {
        Some(name) => format!("\"{}\"", name.escape_debug()),
        None => part
            .get(attribute)
            .map_or_else(String::new, |id| part.arena.kind(id)),
    };
    unsupported!(
        "the {} measures distances by {name}, which this server does not; \"minkowski\" without weights, \"euclidean\", \"manhattan\", \
         \"chebyshev\" and \"cosine\" work",
        part.class
    )
}

/// How the fit has measured distances.
fn metric(part: Part<'_>) -> Result<Measure, FormatError> {
    let parameters = part.get("effective_metric_params_");
    let parameter = |name: &str| {
        let id = part.arena.get(parameters?, name)?;
        (!part.arena.is_none(id)).then_some(id)
    };
    if parameter("w").is_some() {
        return Err(unknown_metric(part, "effective_metric_"));
    }
    Ok(match part.text("effective_metric_") {
        Some("euclidean" | "l2") => Measure::Euclidean,
        Some("manhattan" | "l1" | "cityblock") => Measure::Manhattan,
        Some("chebyshev" | "infinity") => Measure::Chebyshev,
        Some("cosine") => Measure::Cosine,
        Some("minkowski" | "p") => {
            let p = parameter("p").and_then(|id| numpy::number(part.arena, id));
            let p = p.ok_or_else(|| corrupt!("the {} has no power", part.class))?;
            match p {
                1.0 => Measure::Manhattan,
                2.0 => Measure::Euclidean,
                f64::INFINITY => Measure::Chebyshev,
                p => Measure::Minkowski(p),
            }
        }
        _ => return Err(unknown_metric(part, "effective_metric_")),
    })
}

/// The tree that the fit has sorted its rows into: what `BinaryTree.__getstate__` gives.
fn nodes(part: Part<'_>) -> Result<Nodes, FormatError> {
    let broken = || {
        corrupt!(
            "the tree of the {} is not as scikit-learn writes it",
            part.class
        )
    };
    let object = part.arena.object(part.attribute("_tree")?);
    let state = object.and_then(|object| part.arena.items(object.state));
    let array = |at: usize| {
        let id = state.and_then(|state| state.get(at)).ok_or_else(broken)?;
        numpy::array(part.arena, *id)?.ok_or_else(broken)
    };
    let (order, data, bounds) = (array(1)?, array(2)?, array(3)?);
    let places = order.numbers()?;
    let column = |name: &str| data.column(name).ok_or_else(broken);
    let (start, end, leaf) = (column("idx_start")?, column("idx_end")?, column("is_leaf")?);
    let whole = |x: i64| usize::try_from(x).unwrap_or(usize::MAX);
    let range = |i| (whole(start.int(i)), whole(end.int(i)), leaf.int(i) != 0);
    let mut numbers = bounds.floats()?;
    let bounds = if part.text("_fit_method") == Some("kd_tree") {
        let most = numbers.split_off(numbers.len() / 2);
        Bounds::Box {
            least: numbers,
            most,
        }
    } else {
        let radius = column("radius")?;
        Bounds::Ball {
            centers: numbers,
            radii: (0..data.len()).map(|i| radius.float(i)).collect(),
        }
    };
    Ok(Nodes {
        order: (0..order.len())
            .map(|i| u32::try_from(places.int(i)).unwrap_or(u32::MAX))
            .collect(),
        ranges: (0..data.len()).map(range).collect(),
        bounds,
    })
}
