//! The links of an archive. None is made on the disk: what a link leads to inside of the archive takes its place.

use std::collections::BTreeMap;

/// More links one behind the other than any archive has.
const MAX_HOPS: usize = 32;

/// Where each link leads, both as paths from the top of the archive.
#[derive(Default)]
pub(super) struct Links(BTreeMap<String, String>);

impl Links {
    /// Adds the link at `path`. Tells whether its target may lie in the archive.
    pub(super) fn add(&mut self, path: &str, target: &str, from_top: bool) -> bool {
        let above = match path.rsplit_once('/') {
            Some((above, _)) if !from_top => above,
            _ => "",
        };
        let target = below(above, target);
        let inside = target.is_some();
        if let Some(target) = target {
            self.0.insert(path.to_owned(), target);
        }
        inside
    }

    /// Forgets the link at `path`, where a file has come in its place.
    pub(super) fn forget(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Every link, and the path that it leads to over other links.
    pub(super) fn resolved(&self) -> Vec<(String, Option<String>)> {
        let links = self.0.iter();
        links
            .map(|(path, target)| (path.clone(), self.follow(target)))
            .collect()
    }

    fn follow(&self, path: &str) -> Option<String> {
        let mut path = path.to_owned();
        for _ in 0..MAX_HOPS {
            let ends = path.match_indices('/').map(|(at, _)| at);
            let mut heads = ends.chain([path.len()]).map(|end| path.split_at(end));
            let Some((target, rest)) =
                heads.find_map(|(head, rest)| Some((self.0.get(head)?, rest)))
            else {
                return Some(path);
            };
            path = format!("{target}{rest}");
        }
        None
    }
}

/// The path of `target`, which is relative to the directory `above`; nothing where it leads out.
fn below(above: &str, target: &str) -> Option<String> {
    if target.starts_with(['/', '\\']) {
        return None;
    }
    let mut parts: Vec<&str> = above.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_file_over_others() {
        let mut links = Links::default();
        // As a mounted ConfigMap looks.
        assert!(links.add("..data", "..2026", false));
        assert!(links.add("MLmodel", "..data/MLmodel", false));
        assert!(links.add("a/b/model.pkl", "../../data/model.pkl", false));
        assert!(links.add("c/d", "iris/model.pkl", true));
        let target = |path: &str| {
            let all = links.resolved();
            let found = all.into_iter().find(|(link, _)| link == path);
            found.and_then(|(_, target)| target).expect(path)
        };
        assert_eq!(target("MLmodel"), "..2026/MLmodel");
        assert_eq!(target("a/b/model.pkl"), "data/model.pkl");
        assert_eq!(target("c/d"), "iris/model.pkl");
    }

    #[test]
    fn a_link_that_leads_out_or_in_a_circle_leads_nowhere() {
        let mut links = Links::default();
        for target in ["/etc/passwd", "../../x", "..", "a/../../.."] {
            assert!(!links.add("a/x", target, false), "{target}");
        }
        assert!(links.add("a", "b", false) && links.add("b", "a", false));
        assert!(links.resolved().iter().all(|(_, target)| target.is_none()));
    }
}
