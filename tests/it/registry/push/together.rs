//! Several pushes at once.

use super::{
    super::{
        load,
        servers::{MLFLOW2, MLFLOW3},
    },
    new, push,
};
use std::thread;

#[test]
#[ignore = "needs make registry-test"]
fn pushes_at_once_make_a_version_each() {
    const PUSHES: usize = 4;
    for server in [MLFLOW3, MLFLOW2] {
        let (access, name) = (server.access(), new("crowded"));
        let mut versions: Vec<_> = thread::scope(|scope| {
            let pushes: Vec<_> = (0..PUSHES)
                .map(|_| scope.spawn(|| push(&name, Some("champion"), &access)))
                .collect();
            let pushed = pushes.into_iter().map(|each| each.join().unwrap());
            pushed.map(|each| each.unwrap().version).collect()
        });
        versions.sort();
        assert_eq!(versions, ["1", "2", "3", "4"], "{}", server.name());
        for version in versions.iter().map(String::as_str).chain(["latest"]) {
            let cache = tempfile::tempdir().unwrap();
            load(&format!("models:/{name}/{version}"), &access, cache.path()).unwrap();
        }
    }
}
