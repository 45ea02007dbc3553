use super::*;
use crate::package::Files as _;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime};

const SERVER: &str = "http://mlflow";
const URI: &str = "models:/churn@champion";

fn meaning(package: String) -> Remembered {
    Remembered {
        name: "churn".into(),
        version: Some("7".into()),
        run_id: None,
        package,
    }
}

/// Puts a package with these bytes as its model into the cache.
async fn put(cache: &Cache, model: &[u8]) -> (String, CachedFiles) {
    let fetch = async |into: &Path| {
        fs::write(into.join("model.onnx"), model)
            .map_err(|error| RegistryError::unwritable(into, &error))
    };
    let (package, files, ()) = cache.put(fetch).await.expect("put");
    (package, files)
}

/// A cache with one package, which nobody uses.
async fn filled() -> (tempfile::TempDir, Cache, String) {
    let place = tempfile::tempdir().expect("a directory");
    let cache = Cache::new(place.path());
    let (package, _) = put(&cache, b"model").await;
    cache.remember(SERVER, URI, &meaning(package.clone()));
    (place, cache, package)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}

fn used_at(cache: &Cache, package: &str, age: u64) {
    let manifest = fs::File::open(cache.slot(package).join(MANIFEST)).expect("there");
    let at = SystemTime::now() - Duration::from_secs(age);
    manifest.set_modified(at).expect("set");
}

#[tokio::test]
async fn what_a_uri_meant_is_found_again() {
    let (_place, cache, package) = filled().await;
    assert!(cache.is_warm(SERVER, URI));
    let (found, files) = cache.last(SERVER, URI).expect("remembered");
    assert_eq!(found, meaning(package));
    assert_eq!(*files.read("model.onnx").expect("read"), b"model"[..]);
    assert!(cache.last("http://other", URI).is_none());
    assert!(!cache.is_warm("http://other", URI));
}

#[tokio::test]
async fn a_package_with_a_changed_byte_is_not_used() {
    let (_place, cache, package) = filled().await;
    let files = cache.package(&package).expect("whole");
    let model = cache.slot(&package).join("files/model.onnx");
    fs::write(model, b"madel").expect("written");
    // The bytes that were verified are the bytes that are read.
    assert_eq!(*files.read("model.onnx").expect("read"), b"model"[..]);
    assert!(cache.package(&package).is_none());
    put(&cache, b"model").await;
    assert!(cache.package(&package).is_some());
}

#[tokio::test]
async fn a_package_with_a_file_more_or_less_is_not_used() {
    let (_place, cache, package) = filled().await;
    let files = cache.slot(&package).join("files");
    fs::write(files.join("scaler.pkl"), b"").expect("written");
    assert!(cache.package(&package).is_none());
    fs::remove_file(files.join("scaler.pkl")).expect("removed");
    assert!(cache.package(&package).is_some());
    fs::remove_file(files.join("model.onnx")).expect("removed");
    assert!(cache.package(&package).is_none());
}

#[tokio::test]
async fn a_large_file_is_verified_when_it_is_read() {
    let place = tempfile::tempdir().expect("a directory");
    let cache = Cache::new(place.path());
    let large = vec![7; 3 << 20];
    let fetch = async |into: &Path| {
        fs::write(into.join("training.csv"), &large)
            .map_err(|error| RegistryError::unwritable(into, &error))
    };
    let (package, files, ()) = cache.put(fetch).await.expect("put");
    assert_eq!(*files.read("training.csv").expect("read"), large);
    let path = cache.slot(&package).join("files/training.csv");
    fs::write(&path, b"changed").expect("written");
    files.read("training.csv").expect_err("changed");
    fs::remove_file(path).expect("removed");
    let error = files.read("training.csv").expect_err("gone");
    assert_ne!(
        error.kind(),
        io::ErrorKind::NotFound,
        "it was there: {error}"
    );
}

#[tokio::test]
async fn half_a_package_leaves_nothing_behind() {
    let place = tempfile::tempdir().expect("a directory");
    let cache = Cache::new(place.path());
    let half = async |into: &Path| {
        fs::write(into.join("MLmodel"), b"half")
            .map_err(|error| RegistryError::unwritable(into, &error))?;
        Err::<(), _>(RegistryError::Unavailable("gone".into()))
    };
    assert!(cache.put(half).await.is_err());
    assert_eq!(names(&cache.packages()), [""; 0]);
}

#[tokio::test]
async fn the_digest_is_that_of_the_bytes_that_were_verified() {
    let (_place, cache, package) = filled().await;
    let files = cache.package(&package).expect("whole");
    assert_eq!(
        files.sha256("model.onnx"),
        Some(format!("{:x}", Sha256::digest(b"model")))
    );
    assert_eq!(files.sha256("other.onnx"), None);
    assert_eq!(files.names().expect("listed"), ["model.onnx"]);
}

#[tokio::test]
async fn the_same_content_has_one_place_and_other_content_another() {
    let (_place, cache, package) = filled().await;
    let (again, _files) = put(&cache, b"model").await;
    assert_eq!(again, package);
    let (other, _files) = put(&cache, b"another model").await;
    assert_ne!(other, package);
    assert_eq!(names(&cache.packages()).len(), 2);
}

#[tokio::test]
async fn what_was_used_longest_ago_goes_first_until_there_is_room() {
    let place = tempfile::tempdir().expect("a directory");
    let cache = Cache::new(place.path());
    let mut packages = Vec::new();
    for (age, model) in [(30, b"first"), (10, b"third"), (20, b"secnd")] {
        let (package, _) = put(&cache, model).await;
        used_at(&cache, &package, age);
        cache.remember(SERVER, &format!("models:/{age}"), &meaning(package.clone()));
        let note = fs::File::open(cache.uri_note(SERVER, &format!("models:/{age}")));
        let old = SystemTime::now() - LONG_AGO;
        note.and_then(|note| note.set_modified(old)).expect("set");
        packages.push(package);
    }
    assert_eq!(cache.make_room(15, 0), 15);
    // Nothing goes for what can never fit.
    assert_eq!(cache.make_room(15, 16), 15);
    assert_eq!(cache.make_room(15, u64::MAX), 15);
    assert_eq!(cache.make_room(15, 5), 10);
    assert_eq!(cache.make_room(5, 0), 5);
    assert_eq!(names(&cache.packages()), [packages[1].clone()]);
    assert_eq!(names(&place.path().join("uris")).len(), 1);
    assert!(cache.last(SERVER, "models:/10").is_some());
}

#[tokio::test]
async fn a_package_that_is_forgotten_is_found_by_no_name_and_no_identity() {
    let (_place, cache, package) = filled().await;
    let (other, _files) = put(&cache, b"other").await;
    cache.remember(SERVER, "models:/other", &meaning(other.clone()));
    let content = |package: &String| Content {
        package: package.clone(),
        listing: None,
    };
    cache.remember_content("version 7", &content(&package));
    cache.remember_content("version 8", &content(&other));
    cache.forget(&package);
    assert!(cache.last(SERVER, URI).is_none() && !cache.is_warm(SERVER, URI));
    assert!(cache.content("version 7").is_none());
    assert!(cache.last(SERVER, "models:/other").is_some());
    assert_eq!(cache.content("version 8"), Some(content(&other)));
}

#[tokio::test]
async fn what_is_in_use_stays_whatever_the_limit() {
    let place = tempfile::tempdir().expect("a directory");
    let cache = Cache::new(place.path());
    let (first, mut files) = put(&cache, b"first").await;
    let (second, _files) = put(&cache, b"other").await;
    let hold = files.take_hold();
    drop(files);
    assert_eq!(cache.make_room(1, 0), 10);
    drop(hold);
    assert_eq!(cache.make_room(1, 0), 5);
    assert!(cache.package(&first).is_none());
    assert!(cache.package(&second).is_some());
}

#[tokio::test]
async fn what_killed_processes_left_goes_and_what_others_work_on_stays() {
    let (_place, cache, _) = filled().await;
    let old = SystemTime::now() - 2 * LONG_AGO;
    let leave = |age: SystemTime| {
        let work = tempfile::Builder::new()
            .prefix(crate::package::install::PREFIX)
            .tempdir_in(cache.packages())
            .expect("made")
            .keep();
        let lock = Hold::alone(&work.join("lock")).expect("held");
        for path in [&work.join("lock"), &work] {
            let file = fs::File::open(path).expect("opened");
            file.set_modified(age).expect("set");
        }
        (work, lock)
    };
    let (dead, lock) = leave(old);
    drop(lock);
    let (young, lock) = leave(SystemTime::now());
    drop(lock);
    let (alive, _lock) = leave(old);
    cache.sweep();
    assert!(!dead.exists());
    assert!(young.exists() && alive.exists());
}

const LONG_AGO: Duration = Duration::from_hours(1);

#[tokio::test]
async fn what_was_verified_is_read_whatever_others_do_to_the_directory() {
    let (_place, cache, package) = filled().await;
    let files = cache.package(&package).expect("whole");
    fs::remove_dir_all(cache.slot(&package)).expect("removed");
    assert_eq!(*files.read("model.onnx").expect("read"), b"model"[..]);
}
