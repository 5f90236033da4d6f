//! Where the declarations before the root of an XML document end, and where its root does.
//!
//! Only as much of XML 1.0 is read as that needs: comments, processing instructions, CDATA sections, the
//! document type with its internal subset, and tags with their attributes.

use super::characters::Characters;

/// Finds the end of an SVG's root in characters that arrive chunk by chunk.
#[derive(Debug, Default)]
pub struct Markup {
    state: State,
    /// The last four bytes, in lower case.
    recent: u32,
    /// What ends the comment, processing instruction, CDATA section or quoted text that is open; zero if
    /// none is.
    until: u32,
    /// Whether the document type is open, and its internal subset.
    is_in_doctype: bool,
    is_in_subset: bool,
    /// The open elements with the name `svg`. What is between them need not even be closed.
    depth: usize,
    /// Whether the current tag ends an element, and whether that element's name is `svg`.
    is_end_tag: bool,
    is_svg: bool,
}

/// What the last byte belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Text, or the space between two declarations.
    #[default]
    Text,
    /// `<`, and what may follow it before it is known what begins there: `<!`, `<!-`.
    Open,
    Doctype,
    /// A tag's name, and what follows it.
    Name,
    Tag,
    /// The root has ended.
    End,
    /// This is not an SVG, or not XML.
    Lost,
}

impl Markup {
    /// Reads the next chunk.
    pub fn push(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.push_byte(*byte));
    }

    /// Whether the root has ended.
    pub fn has_ended(&self) -> bool {
        self.state == State::End
    }

    /// Whether the root's end can't be found.
    pub fn is_lost(&self) -> bool {
        self.state == State::Lost
    }

    /// Whether the last byte is in the tag that begins the root, after its name.
    pub fn is_in_root_tag(&self) -> bool {
        self.state == State::Tag && self.depth == 0
    }

    /// Whether the root's first tag has ended.
    pub fn has_begun(&self) -> bool {
        self.depth > 0 || self.has_ended()
    }

    /// Whether a quoted text is open, or, outside tags, what has an end of its own, such as a comment.
    pub fn is_quoted(&self) -> bool {
        self.until != 0
    }

    /// Reads the next byte.
    pub fn push_byte(&mut self, byte: u8) {
        let name = self.recent;
        self.recent = name << 8 | u32::from(byte.to_ascii_lowercase());
        if self.until != 0 {
            let unused = self.until.leading_zeros() & !7;
            if self.recent << unused == self.until << unused {
                self.until = 0;
            }
            return;
        }
        if self.state == State::Name && (byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')) {
            self.is_svg = matches!(name.to_be_bytes(), [b'<' | b'/' | b':', b's', b'v', b'g']);
            self.state = if self.is_svg || self.depth > 0 { State::Tag } else { State::Lost };
        }
        self.state = match (self.state, byte) {
            (State::Open, _) => self.open(),
            (State::Text | State::Doctype, b'<') => State::Open,
            (State::Name | State::Tag, b'<') => State::Lost,
            (State::Doctype | State::Tag, b'"') => self.skip(text(b"\0\0\0\"")),
            (State::Doctype | State::Tag, b'\'') => self.skip(text(b"\0\0\0'")),
            (State::Doctype, b'[' | b']') => {
                self.is_in_subset = byte == b'[';
                State::Doctype
            }
            (State::Doctype, b'>') if !self.is_in_subset => {
                self.is_in_doctype = false;
                State::Text
            }
            (State::Tag, b'>') => self.end_tag(),
            (state, _) => state,
        };
    }

    /// Skips everything to this end, and returns the state after it.
    fn skip(&mut self, end: u32) -> State {
        self.until = end;
        match self.state {
            State::Open if self.is_in_doctype => State::Doctype,
            State::Open => State::Text,
            state => state,
        }
    }

    fn open(&mut self) -> State {
        match self.recent.to_be_bytes() {
            [b'<', b'!', b'-', b'-'] => self.skip(text(b"\0-->")),
            [_, b'<', b'!', b'-'] | [_, _, b'<', b'!'] => State::Open,
            [_, _, b'<', b'?'] => self.skip(text(b"\0\0?>")),
            [_, _, b'!', b'['] if !self.is_in_doctype => self.skip(text(b"\0]]>")),
            [_, _, before, byte] => {
                self.is_in_doctype |= before != b'<';
                self.is_end_tag = byte == b'/';
                match byte {
                    _ if self.is_in_doctype => State::Doctype,
                    b'/' if self.depth > 0 => State::Name,
                    b'_' | b':' | b'a'..=b'z' | 0x80.. => State::Name,
                    _ => State::Lost,
                }
            }
        }
    }

    fn end_tag(&mut self) -> State {
        if self.is_svg {
            if self.is_end_tag {
                self.depth -= 1;
            } else if self.recent & 0xFFFF != text(b"\0\0/>") {
                self.depth += 1;
            }
            if self.depth == 0 {
                return State::End;
            }
        }
        State::Text
    }
}

/// Up to four bytes, behind zeros, as one number.
const fn text(bytes: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*bytes)
}

/// The length of the comment, processing instruction or document type that a text begins with; `None`
/// if the text ends first.
pub fn declaration_length(text: &[u8]) -> Option<usize> {
    let mut markup = Markup::default();
    let last = text.iter().position(|byte| {
        markup.push_byte(*byte);
        markup.state == State::Text && markup.until == 0
    });
    last.map(|last| last + 1)
}

/// Whether a tag, as far as its name, begins an SVG, with any prefix: `<svg`, `<svg:svg`, `<ns0:svg`.
pub fn begins_svg(tag: &[u8]) -> bool {
    let mut markup = Markup::default();
    markup.push(tag);
    markup.push(b" ");
    markup.state == State::Tag
}

/// Whether a body may be XML: its first character that is neither white space nor a byte order mark begins
/// a tag or a declaration.
pub fn may_be_markup(head: &[u8]) -> bool {
    let mut characters = Characters::of(head);
    let mut text = head.iter().filter_map(|byte| characters.push(*byte));
    let first = text.find(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
    first.is_none_or(|byte| byte == b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the root has ended after the text, and whether it can't be found.
    fn end_of(text: &str) -> (bool, bool) {
        let mut markup = Markup::default();
        markup.push(text.as_bytes());
        (markup.has_ended(), markup.is_lost())
    }

    /// SVGs that are whole.
    const WHOLE: [&str; 12] = [
        "<svg/>",
        "<svg a='/'></svg>",
        "<svg a='>' b=\"/>\" ></svg >",
        "<svg><g><svg/><svg></svg></g></svg>",
        "<ns0:svg xmlns:ns0='x'><svg></svg></ns0:svg>",
        "<svg><svgs><a:b></svgs></svg>",
        "<svg><!-- </svg> - -- ' --><style><![CDATA[</svg>]]></style><?a </svg>?></svg>",
        "<?xml version='1.0'?><!-- <svg/> --><svg></svg>",
        "<!DOCTYPE svg PUBLIC \"a>\" '<svg/>'><svg></svg>",
        "<!DOCTYPE svg [<!-- don't ]> --><!ENTITY a \"]><svg/>\"><?b ]>'?>\n ] ><svg></svg>",
        "<!DOCTYPE svg [<!ATTLIST g a CDATA #FIXED 'x'>]>\n<!-- b -->\n<svg>a > b ' \"</svg>",
        "<SVG><path></svg>",
    ];

    #[test]
    fn an_svg_is_whole_with_the_end_of_its_root_and_not_before() {
        for text in WHOLE {
            for length in 0..text.len() {
                assert_eq!(end_of(&text[..length]), (false, false), "{:?}", &text[..length]);
            }
            for rest in ["", "\n", "<!-- a -->", "<?b?>", "</svg>", "<svg>", "noise < &"] {
                assert_eq!(end_of(&format!("{text}{rest}")), (true, false), "{text}{rest}");
            }
        }
    }

    #[test]
    fn the_end_of_what_is_not_xml_or_not_svg_is_not_looked_for() {
        let texts = [
            "<html><svg></svg></html>",
            "<svgs></svgs>",
            "<svg:g></svg:g>",
            "</svg>",
            "< svg>",
            "<svg a <b></svg>",
            "<svg><a<b></svg>",
            "<svg>1 < 2</svg>",
            "<!-svg></svg>",
        ];
        for text in texts {
            assert_eq!(end_of(text), (false, true), "{text}");
        }
    }

    #[test]
    fn a_declaration_has_a_length() {
        for text in ["<!-- a > b -->", "<?xml ?>", "<!DOCTYPE svg>", "<!DOCTYPE svg [<!ENTITY a ']>'>] >"] {
            for length in 0..text.len() {
                assert_eq!(declaration_length(&text.as_bytes()[..length]), None, "{}", &text[..length]);
            }
            assert_eq!(declaration_length(format!("{text}<svg/>").as_bytes()), Some(text.len()), "{text}");
        }
    }
}
