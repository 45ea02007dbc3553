//! The schemes of other tools' URIs, with what to do instead.

/// Each group of schemes with its way out.
const WAYS: [(&[&str], &str); 9] = [
    (
        &["git", "git+https", "git+http", "git+ssh", "git+file", "ssh"],
        "clone the repository with its Git LFS files, in a pod by an init container, and give the path of the package",
    ),
    (
        &["hf", "huggingface"],
        "`hf download REPO --local-dir DIR` and give DIR, or https://huggingface.co/REPO/resolve/REVISION/FILE, which takes one file",
    ),
    (
        &["hub", "torchhub", "tfhub"],
        "download the model with the tool of that hub, and give the path of its files",
    ),
    (
        &["kaggle", "kagglehub"],
        "`kaggle models instances versions download` and give the path of its files",
    ),
    (
        &["ollama"],
        "it holds language models, which are not served here",
    ),
    (
        &[
            "docker",
            "docker-daemon",
            "containers-storage",
            "oci-archive",
            "oci-layout",
        ],
        "push the files of the package to a registry with `oras push`, and give oci://HOST/REPOSITORY:TAG",
    ),
    (
        &["pvc"],
        "mount the claim (model.source.existingClaim of the chart) and give the path of the package",
    ),
    (
        &["wandb", "comet", "neptune", "clearml", "dvc"],
        "download the package with the tool that keeps it, and give its path",
    ),
    (
        &[
            "ftp", "sftp", "scp", "hdfs", "webhdfs", "dbfs", "swift", "cos", "oss", "obs",
        ],
        "copy the package to a bucket of s3://, gs:// or az://, to a web server or to a directory",
    ),
];

/// What to do instead of giving a URI of this scheme.
pub(super) fn way_out(scheme: &str) -> Option<&'static str> {
    let scheme = scheme.to_ascii_lowercase();
    let found = WAYS.iter().find(|(schemes, _)| schemes.contains(&&*scheme));
    found.map(|(_, way_out)| *way_out)
}
