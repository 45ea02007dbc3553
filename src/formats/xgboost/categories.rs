//! The pandas categories of columns, which files keep since version 3.1.
//!
//! Source: `CatContainer::Save` in XGBoost's `src/data/cat_container.cc`. A category that the fit did not see is an error there.

use super::{
    FormatError, corrupt,
    document::{Cats, Encoding},
};
use crate::{formats::coded::Categories, input::Word};

/// The categories, by their columns.
pub(super) fn read(cats: Option<Cats>) -> Result<Vec<Categories>, FormatError> {
    let encodings = cats.map(|cats| cats.enc).unwrap_or_default();
    let columns = encodings.iter().enumerate();
    let with_values = columns.filter(|(_, encoding)| !encoding.values.is_empty());
    with_values
        .map(|(column, encoding)| {
            Ok(Categories {
                column,
                values: values(encoding)?.into_iter().map(Some).collect(),
                closed: true,
            })
        })
        .collect()
}

fn values(encoding: &Encoding) -> Result<Vec<Word>, FormatError> {
    let Some(offsets) = &encoding.offsets else {
        return Ok(encoding.values.iter().copied().map(Word::Number).collect());
    };
    let bytes: Vec<u8> = encoding
        .values
        .iter()
        .map(|byte| *byte as i8 as u8)
        .collect();
    let text = |[start, end]: &[u64; 2]| {
        let bytes = bytes.get(usize::try_from(*start).ok()?..usize::try_from(*end).ok()?)?;
        Some(Word::Text(std::str::from_utf8(bytes).ok()?.to_owned()))
    };
    let texts: Option<Vec<Word>> = offsets.array_windows().map(text).collect();
    texts.ok_or_else(|| corrupt!("a category of the XGBoost model is not text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_out_of_one_text() {
        let cats = Cats {
            enc: vec![
                Encoding {
                    offsets: Some(Vec::new()),
                    values: Vec::new(),
                },
                Encoding {
                    offsets: Some(vec![0, 1, 3]),
                    values: vec![120.0, -61.0, -92.0],
                },
                Encoding {
                    offsets: None,
                    values: vec![3.0, 12.0],
                },
            ],
        };
        let read = read(Some(cats)).unwrap();
        assert_eq!(
            read[0].values,
            [Some(Word::Text("x".into())), Some(Word::Text("ä".into()))]
        );
        assert_eq!((read[1].column, read[1].values.len()), (2, 2));
    }

    #[test]
    fn texts_beyond_the_end_are_refused() {
        let encoding = Encoding {
            offsets: Some(vec![0, 9]),
            values: vec![120.0],
        };
        assert!(
            read(Some(Cats {
                enc: vec![encoding]
            }))
            .is_err()
        );
    }
}
