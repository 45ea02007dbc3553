//! Free texts: what a client sent, kept beside the matrix of numbers.

/// The free texts of a batch, one behind the other. A cell of a column of free text is the place of its text in here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    all: String,
    /// Where each text ends, in bytes.
    ends: Vec<usize>,
}

impl Texts {
    /// Keeps a text; the cell that stands for it.
    pub fn add(&mut self, text: &str) -> f64 {
        self.all.push_str(text);
        self.ends.push(self.all.len());
        (self.ends.len() - 1) as f64
    }

    /// The text that a cell stands for; empty where it stands for none.
    pub fn get(&self, cell: f64) -> &str {
        // `as` would make 0 of NaN.
        let place = if cell >= 0.0 {
            cell as usize
        } else {
            usize::MAX
        };
        let Some(end) = self.ends.get(place) else {
            return "";
        };
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..*end]
    }

    /// Forgets all texts and keeps the memory.
    pub fn clear(&mut self) {
        self.all.clear();
        self.ends.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stands_for_its_text() {
        let mut texts = Texts::default();
        let cells = ["", "größer", "", "x"].map(|text| texts.add(text));
        assert_eq!(cells.map(|cell| texts.get(cell)), ["", "größer", "", "x"]);
        for cell in [f64::NAN, -1.0, 4.0, f64::INFINITY] {
            assert_eq!(texts.get(cell), "");
        }
        texts.clear();
        assert_eq!(texts.get(1.0), "");
    }
}
