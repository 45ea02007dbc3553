//! The part of Python's regular expressions that can be found in a time that grows with the text alone.
//!
//! Source: `re/_parser.py` of `CPython`.

use super::{
    PatternError,
    characters::{is_digit, is_space, is_word},
};

/// Groups in groups deeper than this are nobody's pattern.
const MAX_DEPTH: usize = 32;
const MAX_LENGTH: usize = 4096;

/// A pattern.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) root: Node,
    /// How many groups are captured.
    pub(super) groups: usize,
}

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    Set(Set),
    /// Where words begin and end; and where they do not.
    Boundary(bool),
    Start,
    End,
    All(Vec<Node>),
    Any(Vec<Node>),
    /// The bounds as they are written behind the part.
    Repeat(Box<Node>, String, bool),
    Group(Box<Node>),
}

/// Characters.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    pub(super) negated: bool,
    pub(super) items: Vec<Item>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Range(char, char),
    /// Those of these kinds, or all others.
    Is(fn(Kind) -> bool, bool),
}

/// What a character is to `\w`, `\d` and `\s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Other,
    Word,
    Digit,
    Space,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Other, Self::Word, Self::Digit, Self::Space];

    pub(super) fn of(c: char) -> Self {
        match c {
            _ if is_digit(c) => Self::Digit,
            _ if is_word(c) => Self::Word,
            _ if is_space(c) => Self::Space,
            _ => Self::Other,
        }
    }

    pub(super) fn is_word(self) -> bool {
        matches!(self, Self::Word | Self::Digit)
    }
}

impl Set {
    fn one(c: char) -> Self {
        Self::of(Item::Range(c, c))
    }

    fn of(item: Item) -> Self {
        Self {
            negated: false,
            items: vec![item],
        }
    }

    /// Whether a character of a kind is one of these.
    pub(super) fn contains(&self, c: char, kind: Kind) -> bool {
        let within = |item: &Item| match *item {
            Item::Range(first, last) => (first..=last).contains(&c),
            Item::Is(is, yes) => is(kind) == yes,
        };
        self.items.iter().any(within) != self.negated
    }
}

impl Node {
    /// All sets, in their order.
    pub(super) fn sets<'n>(&'n self, into: &mut Vec<&'n Set>) {
        match self {
            Self::Set(set) => into.push(set),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.sets(into)),
            Self::Repeat(node, ..) | Self::Group(node) => node.sets(into),
            Self::Boundary(_) | Self::Start | Self::End => {}
        }
    }

    /// Whether it finds nothing at all anywhere.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Set(_) => false,
            Self::Boundary(_) | Self::Start | Self::End => true,
            Self::All(nodes) => nodes.iter().all(Self::is_empty),
            Self::Any(nodes) => nodes.iter().any(Self::is_empty),
            Self::Group(node) => node.is_empty(),
            Self::Repeat(node, _, none) => *none || node.is_empty(),
        }
    }
}

fn no(what: &str) -> PatternError {
    PatternError(what.to_owned())
}

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Result<Parsed, PatternError> {
    let mut rest = pattern;
    let mut dot_is_all = false;
    while let Some(flag) = ["(?u)", "(?s)"]
        .into_iter()
        .find(|flag| rest.starts_with(*flag))
    {
        dot_is_all |= flag == "(?s)";
        rest = &rest[flag.len()..];
    }
    if pattern.len() > MAX_LENGTH {
        return Err(no("is longer than any that this server runs"));
    }
    let mut parser = Parser {
        rest,
        groups: 0,
        depth: 0,
        dot_is_all,
    };
    let root = parser.any()?;
    if !parser.rest.is_empty() {
        return Err(no("has a `)` too many"));
    }
    if parser.groups > 1 {
        return Err(no("has several groups, of which no vectorizer takes one"));
    }
    if root.is_empty() {
        return Err(no(
            "also finds empty words, which this server does not count",
        ));
    }
    Ok(Parsed {
        root,
        groups: parser.groups,
    })
}

struct Parser<'p> {
    rest: &'p str,
    groups: usize,
    depth: usize,
    dot_is_all: bool,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn any(&mut self) -> Result<Node, PatternError> {
        let mut ways = vec![self.all()?];
        while self.take("|") {
            ways.push(self.all()?);
        }
        Ok(Node::Any(ways))
    }

    fn all(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let node = self.one()?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::All(nodes))
    }

    fn one(&mut self) -> Result<Node, PatternError> {
        let set = |set| Ok(Node::Set(set));
        match self.next() {
            Some('(') => self.group(),
            Some('[') => self.class().map(Node::Set),
            Some('\\') => self.escape(),
            Some('^') => Ok(Node::Start),
            Some('$') => Err(no("has a `$`, which this server does not run; `\\Z` works")),
            Some('*' | '+' | '?') => Err(no("repeats nothing")),
            Some('.') if self.dot_is_all => set(Set {
                negated: true,
                items: Vec::new(),
            }),
            Some('.') => set(Set {
                negated: true,
                ..Set::one('\n')
            }),
            Some(c) => set(Set::one(c)),
            None => Err(no("ends too early")),
        }
    }

    fn group(&mut self) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(no("nests too deep"));
        }
        let captured = if self.take("?:") {
            false
        } else if self.take("?P<") {
            let Some((_, rest)) = self.rest.split_once('>') else {
                return Err(no("names a group without an end"));
            };
            self.rest = rest;
            true
        } else if self.rest.starts_with("?P=") {
            return Err(no(
                "has a back-reference, which cannot be found in linear time",
            ));
        } else if ["?=", "?!", "?<=", "?<!"]
            .iter()
            .any(|look| self.rest.starts_with(look))
        {
            return Err(no("looks around (`(?=…)`), which this server does not run"));
        } else if self.rest.starts_with('?') {
            return Err(no(
                "has a group of a kind, or a flag, that this server does not run",
            ));
        } else {
            true
        };
        self.groups += usize::from(captured);
        let inner = Box::new(self.any()?);
        if !self.take(")") {
            return Err(no("has a group without an end"));
        }
        self.depth -= 1;
        Ok(if captured { Node::Group(inner) } else { *inner })
    }

    fn repeated(&mut self, node: Node) -> Result<Node, PatternError> {
        let (bounds, none) = match self.rest.chars().next() {
            Some('*') => ("*".to_owned(), true),
            Some('?') => ("?".to_owned(), true),
            Some('+') => ("+".to_owned(), false),
            Some('{') => match self.bounds() {
                Some((bounds, length)) => {
                    self.rest = &self.rest[length - 1..];
                    bounds
                }
                // It is no bound, and so a brace.
                None => return Ok(node),
            },
            _ => return Ok(node),
        };
        self.rest = &self.rest[1..];
        if self.rest.starts_with(['*', '+']) {
            return Err(no("repeats what is repeated, or without a way back"));
        }
        let lazy = if self.take("?") { "?" } else { "" };
        if self.rest.starts_with(['*', '+', '?']) {
            return Err(no("repeats what is repeated"));
        }
        Ok(Node::Repeat(Box::new(node), bounds + lazy, none))
    }

    /// `{2,5}`, whether it can be nothing, and how long it is.
    fn bounds(&self) -> Option<((String, bool), usize)> {
        let end = self.rest.find('}')?;
        let inside = &self.rest[1..end];
        let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) && text.len() < 9;
        if inside.is_empty() || !digits(least) || !digits(most) {
            return None;
        }
        let comma = inside.contains(',');
        let count: usize = if least.is_empty() {
            0
        } else {
            least.parse().ok()?
        };
        let bounds = if comma {
            format!("{{{count},{most}}}")
        } else {
            format!("{{{count}}}")
        };
        Some(((bounds, count == 0), end + 1))
    }

    /// What a backslash and the next letter are, as a set or a place.
    fn escape(&mut self) -> Result<Node, PatternError> {
        let node = match self.rest.chars().next() {
            Some('b') => Node::Boundary(true),
            Some('B') => Node::Boundary(false),
            Some('A') => Node::Start,
            Some('Z') => Node::End,
            Some('1'..='9') => {
                return Err(no(
                    "has a back-reference, which cannot be found in linear time",
                ));
            }
            _ => {
                let item = self.escaped()?;
                return Ok(Node::Set(Set::of(item)));
            }
        };
        self.next();
        Ok(node)
    }

    /// What a backslash and what follows are, in a class too.
    fn escaped(&mut self) -> Result<Item, PatternError> {
        let word: fn(Kind) -> bool = Kind::is_word;
        let digit: fn(Kind) -> bool = |kind| kind == Kind::Digit;
        let space: fn(Kind) -> bool = |kind| kind == Kind::Space;
        let c = match self.next() {
            Some('w') => return Ok(Item::Is(word, true)),
            Some('W') => return Ok(Item::Is(word, false)),
            Some('d') => return Ok(Item::Is(digit, true)),
            Some('D') => return Ok(Item::Is(digit, false)),
            Some('s') => return Ok(Item::Is(space, true)),
            Some('S') => return Ok(Item::Is(space, false)),
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('f') => '\u{c}',
            Some('v') => '\u{b}',
            Some('a') => '\u{7}',
            Some('x') => self.code(2)?,
            Some('u') => self.code(4)?,
            Some('U') => self.code(8)?,
            Some(c) if !c.is_ascii_alphanumeric() => c,
            _ => return Err(no("has an escape that this server does not know")),
        };
        Ok(Item::Range(c, c))
    }

    fn code(&mut self, digits: usize) -> Result<char, PatternError> {
        let code = self.rest.get(..digits).unwrap_or("?");
        let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        self.rest = self.rest.get(digits..).unwrap_or_default();
        c.ok_or_else(|| no("has an escape that is no character"))
    }

    fn class(&mut self) -> Result<Set, PatternError> {
        let mut set = Set {
            negated: self.take("^"),
            items: Vec::new(),
        };
        loop {
            let first = match self.next() {
                None => return Err(no("has a `[` without an end")),
                Some(']') if !set.items.is_empty() => return Ok(set),
                Some('\\') if self.take("b") => Item::Range('\u{8}', '\u{8}'),
                Some('\\') => self.escaped()?,
                Some(c) => Item::Range(c, c),
            };
            let ranges = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            let (Item::Range(first, _), true) = (first, ranges) else {
                set.items.push(first);
                continue;
            };
            self.next();
            let last = match self.next() {
                Some('\\') => self.escaped()?,
                Some(c) => Item::Range(c, c),
                None => return Err(no("has a `[` without an end")),
            };
            match last {
                Item::Range(last, _) if first <= last => set.items.push(Item::Range(first, last)),
                _ => return Err(no("has a range without an end")),
            }
        }
    }
}
