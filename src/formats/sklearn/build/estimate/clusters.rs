//! Clusterers by the nearest center.
//!
//! Source: `predict` and `transform` in `sklearn/cluster/{_kmeans,_bisect_k_means,_birch,_mean_shift,_affinity_propagation}.py`,
//! `sklearn/cluster/_k_means_lloyd.pyx`, and `euclidean_distances` in `sklearn/metrics/pairwise.py`.

use super::{Estimate, FormatError, Part, Reader, Reg, Register, corrupt, ops, unsupported};
use crate::{
    formats::sklearn::build::{estimated::ClusterScores, labels::integral},
    model::ops::Way,
};

impl Reader {
    /// A clusterer by centers, if the part is one.
    pub(super) fn clusterer(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Option<Estimate>, FormatError> {
        let Some(near) = self.near(part, reads)? else {
            return Ok(None);
        };
        let (mut place, distances) = (near[0], near[1..].to_vec());
        let mut numbers: Vec<i64> = (0..distances.len() as i64).collect();
        match part.class {
            "BisectingKMeans" => place = self.bisected(part, reads, numbers.len())?,
            "Birch" => {
                // A cluster is made of several centers.
                let labels = integral(&part.array("subcluster_labels_")?.floats()?)?;
                if labels.len() != numbers.len() {
                    return Err(corrupt!("the Birch has no label for some of its centers"));
                }
                numbers.clone_from(&labels);
                numbers.sort_unstable();
                numbers.dedup();
                let places = labels.iter().filter_map(|l| numbers.binary_search(l).ok());
                let recode = ops::Recode {
                    read: place,
                    codes: ops::Codes::Places(places.map(|place| place as f64).collect()),
                    unknown: 0.0,
                    missing: 0.0,
                };
                place = self.board.draw(recode, [Register::number()])?[0];
            }
            _ => {}
        }
        let has_distances = !matches!(part.class, "MeanShift" | "AffinityPropagation");
        let distances = if has_distances { distances } else { Vec::new() };
        Ok(Some(Estimate::Cluster {
            numbers,
            place,
            scores: ClusterScores::Distances(distances),
        }))
    }

    /// The place of the nearest center and then the distance from each, if the part has centers.
    pub(in super::super) fn near(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Option<Vec<Reg>>, FormatError> {
        let centers = match part.sklearn_class() {
            "KMeans"
            | "MiniBatchKMeans"
            | "BisectingKMeans"
            | "MeanShift"
            | "AffinityPropagation" => "cluster_centers_",
            "Birch" => "subcluster_centers_",
            _ => return Ok(None),
        };
        self.board.whole_numbers(reads)?;
        let centers = part.array(centers)?.floats()?;
        if centers.is_empty() && part.class == "AffinityPropagation" {
            return Err(unsupported!(
                "the AffinityPropagation did not converge and answers -1 to every row; fit it with a larger `max_iter`"
            ));
        }
        if reads.is_empty() || centers.is_empty() || !centers.len().is_multiple_of(reads.len()) {
            return Err(corrupt!(
                "the {} has centers of {} numbers among rows of {}",
                part.class,
                centers.len(),
                reads.len()
            ));
        }
        // They may have been written as floats.
        self.spend(centers.len().saturating_mul(4))?;
        let precision = self.board.precision(reads);
        let known = vec![Register::rounded(precision); 1 + centers.len() / reads.len()];
        let nearest = ops::Nearest {
            reads: reads.to_vec(),
            centers,
            precision,
        };
        self.board.draw(nearest, known).map(Some)
    }

    /// The cluster that a row comes to from bisection to bisection.
    fn bisected(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        clusters: usize,
    ) -> Result<Reg, FormatError> {
        let mean = match part.get("_X_mean") {
            Some(_) => part.columns("_X_mean", reads.len())?,
            None => vec![0.0; reads.len()],
        };
        let root = part.part("_bisecting_tree")?;
        if root.get("left").is_none() {
            return Ok(self.constants(vec![0.0])?[0]);
        }
        let (mut forks, mut centers) = (Vec::new(), Vec::new());
        // The nodes that are still to come, with the fork and the side that lead to each.
        let mut todo = vec![(root, None)];
        while let Some((node, from)) = todo.pop() {
            let fork = node.get("left").is_some();
            let way = if fork {
                Way::Fork(forks.len() as u32)
            } else {
                let label = node.count("label")?;
                if label >= clusters {
                    return Err(corrupt!("a leaf of the {} is cluster {label}", part.class));
                }
                Way::End(label as u32)
            };
            if let Some((from, side)) = from {
                let sides: &mut [Way; 2] = &mut forks[from];
                sides[side] = way;
            }
            if !fork {
                continue;
            }
            self.spend(reads.len().saturating_mul(8))?;
            for (side, name) in ["left", "right"].into_iter().enumerate() {
                let child = node.part(name)?;
                let center = child.columns("center", reads.len())?;
                centers.extend(center.iter().zip(&mean).map(|(c, mean)| c + mean));
                todo.push((child, Some((forks.len(), side))));
            }
            forks.push([Way::End(0); 2]);
        }
        let bisect = ops::Bisect {
            reads: reads.to_vec(),
            forks,
            centers,
        };
        Ok(self.board.draw(bisect, [])?[0])
    }
}
