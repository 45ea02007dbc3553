//! Bytes that are checked against the digest that a manifest names, while they come.

use crate::registry::{error::RegistryError, places::remote_file::ByteStream};
use futures_util::{StreamExt, stream};
use sha2::{Digest as _, Sha256};

/// The digest of `bytes`, as registries write it.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// The bytes of `stream`, which ends with an error unless they are the `size` bytes of this digest. `what` they are is for messages.
pub(super) fn verified(bytes: ByteStream, digest: String, size: u64, what: String) -> ByteStream {
    let start = (bytes, Sha256::new(), 0_u64);
    let stream = stream::try_unfold(start, move |(mut bytes, mut hash, mut came)| {
        let (digest, what) = (digest.clone(), what.clone());
        async move {
            let Some(chunk) = bytes.next().await.transpose()? else {
                return if came < size {
                    // The answer may have been cut.
                    let text = format!("{what} has {size} bytes, but {came} came");
                    Err(RegistryError::Unavailable(text))
                } else if format!("sha256:{:x}", hash.finalize()) == digest {
                    Ok(None)
                } else {
                    Err(RegistryError::Corrupt(format!(
                        "{what} is damaged: its bytes are not those of {digest}"
                    )))
                };
            };
            came += chunk.len() as u64;
            if came > size {
                return Err(RegistryError::Corrupt(format!(
                    "{what} is damaged: more than the {size} bytes came that its manifest says"
                )));
            }
            hash.update(&chunk);
            Ok(Some((chunk, (bytes, hash, came))))
        }
    });
    stream.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use futures_util::TryStreamExt;

    async fn read(chunks: &[&'static str], size: u64) -> Result<usize, RegistryError> {
        let chunks: Vec<_> = chunks
            .iter()
            .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())))
            .collect();
        let stream = stream::iter(chunks).boxed();
        let read = verified(stream, digest(b"a model"), size, "model.onnx".into());
        Ok(read.try_collect::<Vec<_>>().await?.concat().len())
    }

    #[tokio::test]
    async fn only_the_bytes_of_the_digest_come_to_an_end() {
        assert_eq!(read(&["a ", "", "model"], 7).await.expect("whole"), 7);
        let wrong = read(&["a m", "udel"], 7).await.expect_err("wrong");
        assert!(matches!(wrong, RegistryError::Corrupt(_)), "{wrong}");
        let long = read(&["a model", " and more"], 7).await.expect_err("long");
        assert!(matches!(long, RegistryError::Corrupt(_)), "{long}");
        let other = read(&["a model"], 3).await.expect_err("another size");
        assert!(matches!(other, RegistryError::Corrupt(_)), "{other}");
        let cut = read(&["a mo"], 7).await.expect_err("cut");
        assert!(matches!(cut, RegistryError::Unavailable(_)), "{cut}");
    }
}
