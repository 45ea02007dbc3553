//! Transformers and encoders of several files, one after the other, before a model of a file of its own.

use super::{
    Arena, Board, FormatError, Id, Part, Reader,
    agree::{self, Says},
    corrupt, lists, origin, unsupported,
};
use crate::{
    formats::{
        Before, Begun, Named, Takes, Words, short,
        sklearn::{numpy, record::Node},
    },
    input::Schema,
    model::Reg,
};

/// What answers with a column for each one that it gets.
const KEEPS: [&str; 9] = [
    "StandardScaler",
    "MinMaxScaler",
    "MaxAbsScaler",
    "RobustScaler",
    "PowerTransformer",
    "QuantileTransformer",
    "Normalizer",
    "OrdinalEncoder",
    "SimpleImputer",
];

/// One file, or one entry of a dict, before a model.
#[derive(Debug)]
pub(in super::super) struct Item<'d> {
    from: String,
    what: What<'d>,
    /// Bytes of its file.
    size: usize,
}

#[derive(Debug)]
enum What<'d> {
    Step(Part<'d>),
    /// Encoders of single columns.
    Codes(Vec<(Key, Part<'d>)>),
    /// The encoder of the target.
    Target(Part<'d>),
}

/// How a dict of encoders names its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Name(String),
    Place(usize),
}

impl<'d> Item<'d> {
    /// What an object is that stands before a model. `from` is what messages call its place.
    pub(in super::super) fn new(
        arena: &'d Arena<'d>,
        id: Id,
        from: &str,
        size: usize,
    ) -> Result<Self, FormatError> {
        let what = match (Part::new(arena, id), arena.node(id)) {
            (Some(part), _) if lists::is_of_target(part) => What::Target(part),
            (Some(part), _) => What::Step(super::compose::found(part)?),
            (None, Node::Dict(pairs)) => What::Codes(codes(arena, pairs, from)?),
            _ => {
                return Err(unsupported!(
                    "`{from}` holds {}, which is no transformer and no encoder that this server knows",
                    arena.kind(id)
                ));
            }
        };
        let from = from.to_owned();
        Ok(Self { from, what, size })
    }

    /// What it says of the columns that it gets.
    fn takes(&self) -> Result<Takes, FormatError> {
        match self.what {
            What::Step(part) => Ok(origin::of(part)?.takes()),
            What::Codes(_) | What::Target(_) => Ok(Takes::default()),
        }
    }

    /// Whether it takes one column of free text.
    fn reads_text(&self) -> bool {
        matches!(self.what, What::Step(part) if super::transform::reads_text(part))
    }

    /// Whether it answers with a column for each one that it gets.
    fn keeps(&self) -> bool {
        match self.what {
            What::Step(part) => {
                KEEPS.contains(&part.sklearn_class()) && !part.flag("add_indicator")
            }
            What::Codes(_) | What::Target(_) => true,
        }
    }
}

/// `{"city": LabelEncoder(), "member": LabelBinarizer(), …}`
fn codes<'d>(
    arena: &'d Arena<'d>,
    pairs: &[(Id, Id)],
    from: &str,
) -> Result<Vec<(Key, Part<'d>)>, FormatError> {
    let one = |(key, value): &(Id, Id)| {
        let place = || numpy::number(arena, *key).filter(|place| *place >= 0.0);
        let key = match arena.text(*key) {
            Some(name) => Some(Key::Name(name.to_owned())),
            None => place().map(|place| Key::Place(place as usize)),
        };
        let encoder = Part::new(arena, *value).filter(|part| lists::is_encoder(*part));
        key.zip(encoder).ok_or_else(|| {
            unsupported!(
                "`{from}` holds a dict with {} in it, where each column should have a LabelEncoder or LabelBinarizer",
                arena.kind(*value)
            )
        })
    };
    pairs.iter().map(one).collect()
}

/// Everything before a model that does not lie in its own file.
#[derive(Debug)]
pub(in super::super) struct Chain<'d> {
    items: Vec<Item<'d>>,
    columns: Vec<Named>,
    /// What messages call the model.
    model: &'d str,
    told: Option<&'d Schema>,
    target: Option<(String, Part<'d>)>,
}

/// The row on its way through the files.
struct Row {
    reads: Vec<Reg>,
    /// The names of its columns, as long as they are those of the table.
    names: Option<Vec<String>>,
    /// What has made it.
    from: String,
}

impl<'d> Chain<'d> {
    /// The items in the order in which rows go through them.
    ///
    /// # Errors
    /// `Unsupported` when two of them hold the words of the classes.
    pub(in super::super) fn new(
        items: Vec<Item<'d>>,
        columns: Vec<Named>,
        model: &'d str,
        told: Option<&'d Schema>,
    ) -> Result<Self, FormatError> {
        let mut target: Option<(String, Part<'d>)> = None;
        let mut before = Vec::with_capacity(items.len());
        for item in items {
            match (item.what, &target) {
                (What::Target(_), Some((first, _))) => {
                    return Err(unsupported!(
                        "`{first}` and `{}` both hold the words of one column, and only one can be the target; put encoders of columns into \
                         a dict by column",
                        item.from
                    ));
                }
                (What::Target(part), None) => target = Some((item.from, part)),
                (what, _) => before.push(Item { what, ..item }),
            }
        }
        Ok(Self {
            items: before,
            columns,
            model,
            told,
            target,
        })
    }

    fn says(&self) -> Result<Vec<Says>, FormatError> {
        let says = |item: &Item<'_>| {
            Ok(Says {
                from: item.from.clone(),
                takes: item.takes()?,
                some: item.keeps(),
            })
        };
        self.items.iter().map(says).collect()
    }

    /// What an item makes of the row.
    fn step(
        reader: &mut Reader,
        item: &Item<'d>,
        row: Row,
        notes: &mut Notes,
    ) -> Result<Row, FormatError> {
        reader.size = item.size;
        match &item.what {
            What::Target(_) => Ok(row),
            What::Codes(codes) => Self::coded(reader, item, codes, row, notes),
            What::Step(part) => Self::transformed(reader, item, *part, row, notes),
        }
    }

    fn coded(
        reader: &mut Reader,
        item: &Item<'d>,
        codes: &[(Key, Part<'d>)],
        mut row: Row,
        notes: &mut Notes,
    ) -> Result<Row, FormatError> {
        let from = item.from.as_str();
        let mut coded = Vec::new();
        for (key, encoder) in codes {
            let place = key.place(row.names.as_deref(), row.reads.len(), from)?;
            let Some(place) = place else {
                notes.strange(item, key, *encoder)?;
                continue;
            };
            let read = row.reads[place];
            row.reads[place] = reader.inside(from, |reader| reader.by_encoder(*encoder, read))?;
            coded.push(key.text());
        }
        let columns = short(&coded);
        notes.notes.push(format!(
            "`{from}` is taken for the codes of the columns {columns}"
        ));
        Ok(row)
    }

    fn transformed(
        reader: &mut Reader,
        item: &Item<'d>,
        part: Part<'d>,
        row: Row,
        notes: &mut Notes,
    ) -> Result<Row, FormatError> {
        let from = item.from.as_str();
        let takes = item.takes()?;
        let some = agree::places(&takes, row.names.as_deref()).filter(|_| item.keeps());
        let mut row = row;
        let columns = if let Some(some) = some {
            let given = some.iter().map(|place| row.reads[*place]).collect();
            let result = reader.inside(from, |reader| reader.transform(part, given))?;
            for (place, register) in some.iter().zip(result) {
                row.reads[*place] = register;
            }
            format!(
                "the columns {}",
                short(takes.given_names().unwrap_or_default())
            )
        } else {
            agree::widths(&takes, from, row.reads.len(), &row.from)?;
            let reads = row.reads;
            row.reads = reader.inside(from, |reader| reader.transform(part, reads))?;
            "all columns".to_owned()
        };
        notes.notes.push(format!(
            "`{from}` is taken for a step before the model, a {} of {columns}",
            part.class
        ));
        if !item.keeps() {
            row.names = None;
            from.clone_into(&mut row.from);
        }
        Ok(row)
    }
}

impl Before for Chain<'_> {
    fn begin(&self, model: &Takes) -> Result<Begun, FormatError> {
        let mut begun = Notes::default();
        let (names, width) = agree::columns(
            self.says()?,
            &self.columns,
            (self.model, model),
            self.told,
            &mut begun.notes,
        )?;
        // Nobody names the text that a vectorizer alone reads.
        let text = self.items.first().is_some_and(Item::reads_text);
        let names = names.or_else(|| (text && width == 1).then(|| vec![origin::TEXT.to_owned()]));
        let board = Board::new(names.clone(), width, self.told);
        let mut row = Row {
            reads: board.all_columns(),
            names,
            from: "the table".to_owned(),
        };
        let mut reader = Reader::new(board, 0);
        if let Some((from, part)) = &self.target {
            begun.target(from, *part)?;
        }
        for item in &self.items {
            row = Self::step(&mut reader, item, row, &mut begun)?;
        }
        agree::widths(model, self.model, row.reads.len(), &row.from)?;
        Ok(Begun {
            board: reader.board,
            reads: row.reads,
            parts: reader.parts,
            sparse: reader.sparse,
            words: begun.words,
            notes: begun.notes,
        })
    }
}

/// What is noted on the way.
#[derive(Default)]
struct Notes {
    notes: Vec<String>,
    words: Option<Words>,
}

impl Notes {
    fn target(&mut self, from: &str, part: Part<'_>) -> Result<(), FormatError> {
        self.words = Some(lists::words_of(part, from.to_owned())?);
        Ok(())
    }

    /// An encoder of a column that no row has: that of the target, where there is just one.
    fn strange(
        &mut self,
        item: &Item<'_>,
        key: &Key,
        encoder: Part<'_>,
    ) -> Result<(), FormatError> {
        if self.words.is_some() {
            return Err(corrupt!(
                "`{}` encodes the column {}, which the model does not take",
                item.from,
                key.text()
            ));
        }
        self.target(&format!("{}[{}]", item.from, key.text()), encoder)
    }
}

impl Key {
    fn text(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Place(place) => place.to_string(),
        }
    }

    /// The place of the column; nothing where no column is called so.
    fn place(
        &self,
        names: Option<&[String]>,
        width: usize,
        from: &str,
    ) -> Result<Option<usize>, FormatError> {
        match (self, names) {
            (Self::Place(place), _) => Ok(Some(*place).filter(|place| *place < width)),
            (Self::Name(name), Some(names)) => Ok(names.iter().position(|known| known == name)),
            (Self::Name(name), None) => Err(unsupported!(
                "`{from}` encodes the column {}, but no file says what the columns are called; write list(X.columns) to columns.json",
                name.escape_debug()
            )),
        }
    }
}
