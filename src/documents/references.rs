//! Character references: `&amp;`, `&#38;`, `&#x26;`.
//!
//! Of the 2,125 names of the HTML standard there are those that addresses and captions have: HTML 4's, ASCII
//! punctuation, and the letters of Latin Extended-A. Any other stays as it is written.

use super::scanner::Scanner;

/// The names of U+00A0 to U+00FF, which need no semicolon.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg \
    plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute \
    Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve \
    Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc \
    atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute \
    ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// The names of U+0100 to U+017E; `-` where there is none.
const LATIN_EXTENDED_A: &str = "Amacr amacr Abreve abreve Aogon aogon Cacute cacute Ccirc ccirc Cdot cdot Ccaron \
    ccaron Dcaron dcaron Dstrok dstrok Emacr emacr - - Edot edot Eogon eogon Ecaron ecaron Gcirc gcirc Gbreve \
    gbreve Gdot gdot Gcedil - Hcirc hcirc Hstrok hstrok Itilde itilde Imacr imacr - - Iogon iogon Idot imath \
    IJlig ijlig Jcirc jcirc Kcedil kcedil kgreen Lacute lacute Lcedil lcedil Lcaron lcaron Lmidot lmidot \
    Lstrok lstrok Nacute nacute Ncedil ncedil Ncaron ncaron napos ENG eng Omacr omacr - - Odblac odblac OElig \
    oelig Racute racute Rcedil rcedil Rcaron rcaron Sacute sacute Scirc scirc Scedil scedil Scaron scaron \
    Tcedil tcedil Tcaron tcaron Tstrok tstrok Utilde utilde Umacr umacr Ubreve ubreve Uring uring Udblac \
    udblac Uogon uogon Wcirc wcirc Ycirc ycirc Yuml Zacute zacute Zdot zdot Zcaron zcaron";

/// The names of the Greek letters from U+0391 on, upper and lower case.
const GREEK: &str = "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - \
    Sigma Tau Upsilon Phi Chi Psi Omega - - - - - - - alpha beta gamma delta epsilon zeta eta theta iota kappa \
    lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega";

/// Others that need no semicolon.
const BARE: &str = "amp & lt < gt > quot \" AMP & LT < GT > QUOT \" COPY © REG ®";

/// Others that need one.
const CLOSED: &str = "apos ' excl ! num # dollar $ percnt % lpar ( rpar ) ast * plus + comma , period . sol / \
    colon : semi ; equals = quest ? commat @ lsqb [ lbrack [ bsol \\ rsqb ] rbrack ] Hat ^ lowbar _ grave ` \
    lcub { lbrace { verbar | vert | rcub } rbrace } fnof ƒ circ ˆ tilde ˜ thetasym ϑ upsih ϒ piv ϖ ensp \u{2002} \
    emsp \u{2003} thinsp \u{2009} zwnj \u{200c} zwj \u{200d} lrm \u{200e} rlm \u{200f} hyphen ‐ dash ‐ ndash – \
    mdash — lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ dagger † Dagger ‡ bull • hellip … permil ‰ prime ′ \
    Prime ″ lsaquo ‹ rsaquo › oline ‾ frasl ⁄ euro € image ℑ weierp ℘ real ℜ trade ™ alefsym ℵ larr ← uarr ↑ \
    rarr → darr ↓ harr ↔ crarr ↵ lArr ⇐ uArr ⇑ rArr ⇒ dArr ⇓ hArr ⇔ forall ∀ part ∂ exist ∃ empty ∅ nabla ∇ \
    isin ∈ notin ∉ ni ∋ prod ∏ sum ∑ minus − lowast ∗ radic √ prop ∝ infin ∞ ang ∠ and ∧ or ∨ cap ∩ cup ∪ int ∫ \
    there4 ∴ sim ∼ cong ≅ asymp ≈ ne ≠ equiv ≡ le ≤ ge ≥ sub ⊂ sup ⊃ nsub ⊄ sube ⊆ supe ⊇ oplus ⊕ otimes ⊗ \
    perp ⊥ sdot ⋅ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ lang ⟨ rang ⟩ loz ◊ spades ♠ clubs ♣ hearts ♥ diams ♦";

/// What the numbers 0x80 to 0x9F stand for: the characters of Windows-1252; a space where there is none.
const WINDOWS_1252: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// A text of HTML without references. In an attribute's value, `&copy=1` is a parameter.
pub fn decoded(text: &str, is_attribute: bool) -> String {
    let mut scanner = Scanner(text);
    let mut out = String::with_capacity(text.len());
    loop {
        out.push_str(scanner.take(|c| c == '&'));
        if !scanner.eat("&") {
            return out;
        }
        let rest = scanner;
        let decoded = match scanner.eat("#") {
            true => number(&mut scanner).map(of_html),
            false => name(&mut scanner, is_attribute),
        };
        out.push(decoded.unwrap_or_else(|| {
            scanner = rest;
            '&'
        }));
    }
}

/// A text of XML without references; `None` if one has no meaning.
pub fn decoded_xml(text: &str) -> Option<String> {
    let mut scanner = Scanner(text);
    let mut out = String::with_capacity(text.len());
    loop {
        out.push_str(scanner.take(|c| c == '&'));
        if !scanner.eat("&") {
            return Some(out);
        }
        let inside = scanner.take_until(";")?;
        out.push(match inside {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let mut digits = Scanner(inside.strip_prefix('#').filter(|digits| !digits.starts_with('X'))?);
                let c = number(&mut digits).and_then(char::from_u32)?;
                (digits.0.is_empty() && is_xml_char(c)).then_some(c)?
            }
        });
    }
}

/// Whether a character may be in XML (<https://www.w3.org/TR/xml/#charsets>).
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Reads the digits after `&#`, and the semicolon if there is one. A number past all characters stays past
/// them.
fn number(scanner: &mut Scanner<'_>) -> Option<u32> {
    let radix = if scanner.eat("x") || scanner.eat("X") { 16 } else { 10 };
    let digits = scanner.take(|c| !c.is_digit(radix));
    scanner.eat(";");
    let add = |sum: u32, c: char| sum.saturating_mul(radix).saturating_add(c.to_digit(radix).unwrap_or(0));
    (!digits.is_empty()).then(|| digits.chars().fold(0, add))
}

/// The character that a number stands for in HTML.
fn of_html(number: u32) -> char {
    let windows = number.checked_sub(0x80).and_then(|index| WINDOWS_1252.chars().nth(index as usize));
    match (windows, number) {
        (Some(c), _) if c != ' ' => c,
        (_, 0) => char::REPLACEMENT_CHARACTER,
        _ => char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// Reads the name after `&`, as far as it is one; `None`, and something may have been read, if there is none.
fn name(scanner: &mut Scanner<'_>, is_attribute: bool) -> Option<char> {
    let start = *scanner;
    let word = scanner.take(|c| !c.is_ascii_alphanumeric());
    if scanner.eat(";") {
        if let Some(c) = bare(word).or_else(|| closed(word)) {
            return Some(c);
        }
    } else if is_attribute && scanner.peek() == Some('=') {
        return None;
    }
    // Outside attributes, the longest beginning counts: `&notit;` is `¬it;`.
    let shortest = if is_attribute { word.len() } else { 2 };
    for length in (shortest..=word.len().min(6)).rev() {
        *scanner = start;
        if let Some(c) = bare(scanner.take_bytes(length)) {
            return Some(c);
        }
    }
    None
}

fn bare(name: &str) -> Option<char> {
    listed(LATIN_1, '\u{a0}', name).or_else(|| paired(BARE, name))
}

fn closed(name: &str) -> Option<char> {
    listed(LATIN_EXTENDED_A, '\u{100}', name)
        .or_else(|| listed(GREEK, '\u{391}', name))
        .or_else(|| paired(CLOSED, name))
}

/// The character of a name in a list that begins with a character.
fn listed(names: &str, first: char, name: &str) -> Option<char> {
    let index = names.split(' ').position(|own| own == name)?;
    char::from_u32(u32::from(first) + index as u32)
}

/// The character behind a name.
fn paired(pairs: &str, name: &str) -> Option<char> {
    let mut words = pairs.split(' ');
    while let (Some(own), Some(c)) = (words.next(), words.next()) {
        if own == name {
            return c.chars().next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_by_the_standard() {
        let cases = [
            ("a&amp;b &lt;&gt;&quot;&apos;", "a&b <>\"'"),
            ("&#38;&#x26;&#X26 &#0;&#xD800;&#x110000;&#99999999999;", "&&& \u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("&#128;&#x99;&#129;", "€™\u{81}"),
            ("&eacute;&Eacute &yuml;&nbsp;", "éÉ ÿ\u{a0}"),
            ("&Zcaron;&zcaron;&lstrok;&Omega;&omega;&sigmaf;&ndash;&hellip;", "ŽžłΩως–…"),
            ("&notit; &ampx &unknown; &; & &#; &#x;", "¬it; &x &unknown; &; & &#; &#x;"),
        ];
        for (text, expected) in cases {
            assert_eq!(decoded(text, false), expected, "{text}");
        }
    }

    #[test]
    fn a_parameter_in_an_attribute_is_no_reference() {
        let cases = [
            ("?a=1&copy=2&amp;b&copy;&reg", "?a=1&copy=2&b©®"),
            ("?a&lang=en&notit&amp", "?a&lang=en&notit&"),
            ("&copy1&copy/", "&copy1©/"),
        ];
        for (text, expected) in cases {
            assert_eq!(decoded(text, true), expected, "{text}");
        }
    }

    /// html5ever has the whole table.
    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn every_name_stands_for_the_character_of_the_standard() {
        let pairs = [BARE, CLOSED].map(|pairs| pairs.split(' ').step_by(2).collect::<Vec<_>>());
        let lists = [LATIN_1, LATIN_EXTENDED_A, GREEK].map(|list| list.split(' ').collect());
        let names: Vec<_> = pairs.into_iter().chain(lists).flatten().filter(|name| *name != "-").collect();
        assert!(names.len() > 390, "{}", names.len());
        for name in names {
            let reference = format!("&{name};");
            let html = scraper::Html::parse_fragment(&reference);
            let expected: String = html.root_element().text().collect();
            assert_eq!(decoded(&reference, true), expected, "{name}");
        }
    }

    #[test]
    fn xml_has_five_names_and_numbers() {
        assert_eq!(decoded_xml("&amp;&lt;&gt;&quot;&apos;&#65;&#x42;").as_deref(), Some("&<>\"'AB"));
        for text in ["&nbsp;", "&amp", "&;", "& ", "&#0;", "&#x1;", "&#xD800;", "&#6 5;", "&#X41;", "&#x;"] {
            assert_eq!(decoded_xml(text), None, "{text}");
        }
    }
}
