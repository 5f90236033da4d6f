//! A wasm module as a list of sections, for what no tool at hand does to one.
//!
//! Only what is asked for is taken apart, by the binary format's specification (WebAssembly 2.0,
//! chapter 5); the rest is passed on as it is.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// A module's first eight bytes: `\0asm` and the version.
const HEADER: &[u8; 8] = b"\0asm\x01\0\0\0";

/// Section numbers (5.5.2).
pub mod section {
    /// Whatever tools have to say.
    pub const CUSTOM: u8 = 0;
    /// What is taken from outside.
    pub const IMPORT: u8 = 2;
    /// The functions' bodies.
    pub const CODE: u8 = 10;
    /// What memory holds at the start.
    pub const DATA: u8 = 11;
}

/// A module, section by section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    sections: Vec<(u8, Vec<u8>)>,
}

/// One import, with what follows its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The JavaScript module.
    pub module: String,
    /// The name in it.
    pub name: String,
    /// Kind and type, encoded.
    descriptor: Vec<u8>,
}

/// A piece of data that is put into memory at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Its address; `None` for one that is placed otherwise.
    pub address: Option<u32>,
    /// What stands before the bytes, encoded.
    prefix: Vec<u8>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Module {
    /// Takes a module apart.
    ///
    /// # Errors
    ///
    /// The bytes are no module.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let Some(rest) = bytes.strip_prefix(HEADER) else {
            return Err(malformed("its header"));
        };
        let mut reader = Reader(rest);
        let mut sections = Vec::new();
        while !reader.0.is_empty() {
            let id = reader.byte()?;
            sections.push((id, reader.sized()?.to_vec()));
        }
        Ok(Self { sections })
    }

    /// The module's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        for (id, content) in &self.sections {
            bytes.push(*id);
            put_sized(&mut bytes, content);
        }
        bytes
    }

    /// The length of each section that is no custom one, by number.
    pub fn lengths(&self) -> impl Iterator<Item = (u8, usize)> + '_ {
        self.sections
            .iter()
            .filter(|(id, _)| *id != section::CUSTOM)
            .map(|(id, content)| (*id, content.len()))
    }

    /// Takes out names, producers and whatever else is there for tools.
    pub fn drop_custom_sections(&mut self) {
        self.sections.retain(|(id, _)| *id != section::CUSTOM);
    }

    /// All imports, in order.
    pub fn imports(&self) -> Result<Vec<Import>> {
        let mut imports = Vec::new();
        let mut reader = Reader(self.section(section::IMPORT));
        for _ in 0..reader.count()? {
            let (module, name) = (reader.name()?, reader.name()?);
            let start = reader.0;
            let kind = reader.byte()?;
            match kind {
                FUNCTION => drop(reader.number()?),
                // A reference type or mutability stands beside the limits or the type.
                1 => {
                    reader.byte()?;
                    reader.limits()?;
                }
                2 => reader.limits()?,
                3 => drop((reader.byte()?, reader.byte()?)),
                _ => return Err(malformed("an import")),
            }
            let descriptor = start[..start.len() - reader.0.len()].to_vec();
            imports.push(Import { module, name, descriptor });
        }
        Ok(imports)
    }

    /// Puts other imports in their place, which must be as many, in the same order.
    pub fn set_imports(&mut self, imports: &[Import]) {
        let mut content = Vec::new();
        put_number(&mut content, imports.len());
        for import in imports {
            put_sized(&mut content, import.module.as_bytes());
            put_sized(&mut content, import.name.as_bytes());
            content.extend_from_slice(&import.descriptor);
        }
        self.set_section(section::IMPORT, content);
    }

    /// The bodies of the module's own functions, each with its name, where it has one.
    pub fn functions(&self) -> Result<Vec<(String, &[u8])>> {
        let imported = self.imports()?.iter().filter(|import| import.descriptor[0] == FUNCTION).count();
        let mut names = self.function_names()?;
        let mut reader = Reader(self.section(section::CODE));
        let mut functions = Vec::new();
        for index in 0..reader.count()? {
            functions.push((names.remove(&(imported + index)).unwrap_or_default(), reader.sized()?));
        }
        Ok(functions)
    }

    /// Puts other bodies in the functions' place, in the same order.
    pub fn set_bodies<'a>(&mut self, bodies: impl ExactSizeIterator<Item = &'a [u8]>) {
        let mut content = Vec::new();
        put_number(&mut content, bodies.len());
        bodies.for_each(|body| put_sized(&mut content, body));
        self.set_section(section::CODE, content);
    }

    /// The data segments, in order.
    pub fn data(&self) -> Result<Vec<Data>> {
        let mut reader = Reader(self.section(section::DATA));
        let mut segments = Vec::new();
        for _ in 0..reader.count()? {
            let start = reader.0;
            // 0: into memory 0, at the address of a constant expression (5.5.14).
            let address = match reader.number()? {
                0 => {
                    let (constant, address, end) = (reader.byte()?, reader.signed()?, reader.byte()?);
                    if (constant, end) != (I32_CONST, END) {
                        return Err(malformed("the address of a data segment"));
                    }
                    Some(address)
                }
                1 => None,
                _ => return Err(malformed("a data segment")),
            };
            let prefix = start[..start.len() - reader.0.len()].to_vec();
            segments.push(Data { address, prefix, bytes: reader.sized()?.to_vec() });
        }
        Ok(segments)
    }

    /// Puts other data segments in their place.
    pub fn set_data(&mut self, segments: &[Data]) {
        let mut content = Vec::new();
        put_number(&mut content, segments.len());
        for segment in segments {
            content.extend_from_slice(&segment.prefix);
            put_sized(&mut content, &segment.bytes);
        }
        self.set_section(section::DATA, content);
    }

    /// Names by the function's index, imports counted, from the name section (appendix 7.4.1).
    fn function_names(&self) -> Result<BTreeMap<usize, String>> {
        const FUNCTION_NAMES: u8 = 1;
        let mut names = BTreeMap::new();
        for (_, content) in self.sections.iter().filter(|(id, _)| *id == section::CUSTOM) {
            let mut reader = Reader(content);
            if reader.name()? != "name" {
                continue;
            }
            while !reader.0.is_empty() {
                let (kind, mut part) = (reader.byte()?, Reader(reader.sized()?));
                if kind == FUNCTION_NAMES {
                    for _ in 0..part.count()? {
                        let index = part.number()? as usize;
                        names.insert(index, without_hashes(&part.name()?));
                    }
                }
            }
        }
        Ok(names)
    }

    fn section(&self, wanted: u8) -> &[u8] {
        // An absent section is an empty list of things.
        self.sections.iter().find(|(id, _)| *id == wanted).map_or(&[0], |(_, content)| content)
    }

    fn set_section(&mut self, wanted: u8, content: Vec<u8>) {
        if let Some((_, old)) = self.sections.iter_mut().find(|(id, _)| *id == wanted) {
            *old = content;
        }
    }
}

/// The kind of an import that is a function.
const FUNCTION: u8 = 0;
const I32_CONST: u8 = 0x41;
const END: u8 = 0x0B;

/// What is left of a section.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().ok_or_else(|| malformed("its end"))?;
        self.0 = rest;
        Ok(*first)
    }

    /// LEB128 (5.2.2).
    fn number(&mut self) -> Result<u32> {
        let (value, _) = self.leb128()?;
        u32::try_from(value).map_err(|_| malformed("a number"))
    }

    /// Signed LEB128 of 32 bits, taken as an address.
    fn signed(&mut self) -> Result<u32> {
        let (value, bits) = self.leb128()?;
        let is_negative = bits < 32 && value >> (bits - 1) & 1 == 1;
        let extension = if is_negative { u64::MAX << bits } else { 0 };
        Ok((value | extension) as u32)
    }

    fn leb128(&mut self) -> Result<(u64, u32)> {
        let (mut value, mut bits) = (0, 0);
        while bits < 35 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << bits;
            bits += 7;
            if byte < 0x80 {
                return Ok((value, bits));
            }
        }
        Err(malformed("a number"))
    }

    fn count(&mut self) -> Result<usize> {
        Ok(self.number()? as usize)
    }

    fn sized(&mut self) -> Result<&'a [u8]> {
        let length = self.count()?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(|| malformed("its end"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn name(&mut self) -> Result<String> {
        String::from_utf8(self.sized()?.to_vec()).map_err(|_| malformed("a name"))
    }

    fn limits(&mut self) -> Result<()> {
        const HAS_MOST: u8 = 1;
        let flags = self.byte()?;
        self.number()?;
        if flags & HAS_MOST != 0 {
            self.number()?;
        }
        Ok(())
    }
}

fn put_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_sized(bytes: &mut Vec<u8>, content: &[u8]) {
    put_number(bytes, content.len());
    bytes.extend_from_slice(content);
}

/// A name without the hashes that rustc's two manglings leave in it: `core[c5930c85a12de822]::fmt`,
/// and `…::h82d0dab3cd34a5b6` at the end.
fn without_hashes(name: &str) -> String {
    let is_hash = |text: &str| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let legacy = name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16 && is_hash(hash));
    let mut rest = legacy.map_or(name, |(name, _)| name);
    let mut plain = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        rest = match after.split_once(']') {
            Some((hash, after)) if is_hash(hash) => after,
            _ => {
                plain.push('[');
                after
            }
        };
    }
    plain + rest
}

fn malformed(what: &str) -> Error {
    Error::Unexpected(format!("the wasm module is not as expected: {what}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A module that imports `./a_bg.js` `__wbg_b_1`, has functions of these names whose bodies are
    /// one `nop`, and these bytes at address 100.
    pub(crate) fn module_of(functions: &[&str], data: &[u8]) -> Module {
        let import = Import { module: "./a_bg.js".into(), name: "__wbg_b_1".into(), descriptor: vec![0, 0] };
        let mut names = Vec::new();
        put_number(&mut names, functions.len());
        for (index, name) in functions.iter().enumerate() {
            put_number(&mut names, index + 1);
            put_sized(&mut names, name.as_bytes());
        }
        let mut custom = Vec::new();
        put_sized(&mut custom, b"name");
        custom.push(1);
        put_sized(&mut custom, &names);
        let mut module = Module {
            sections: vec![(section::IMPORT, vec![0]), (section::CODE, vec![0]), (section::DATA, vec![0])],
        };
        module.sections.push((section::CUSTOM, custom));
        module.set_imports(&[import]);
        module.set_bodies(functions.iter().map(|_| &[0, 1, END][..]));
        let prefix = vec![0, I32_CONST, 0xE4, 0, END];
        module.set_data(&[Data { address: Some(100), prefix, bytes: data.to_vec() }]);
        module
    }

    #[test]
    fn a_module_is_taken_apart_and_put_together() {
        let module = module_of(&["one", "core[c5930c85a12de822]::two"], b"abc");
        let module = Module::parse(&module.to_bytes()).unwrap();
        assert_eq!(module.imports().unwrap()[0].name, "__wbg_b_1");
        let functions = module.functions().unwrap();
        assert_eq!(functions, [("one".into(), &[0, 1, END][..]), ("core::two".into(), &[0, 1, END])]);
        let data = module.data().unwrap();
        assert_eq!((data[0].address, data[0].bytes.as_slice()), (Some(100), &b"abc"[..]));
        assert_eq!(Module::parse(&module.to_bytes()).unwrap(), module);
    }

    #[test]
    fn what_is_no_module_is_said_to_be_none() {
        assert!(Module::parse(b"<!doctype html>").is_err());
        let mut cut = module_of(&["one"], b"abc").to_bytes();
        cut.pop();
        assert!(Module::parse(&cut).is_err());
    }

    #[test]
    fn hashes_are_taken_out_of_names() {
        for (name, plain) in [
            ("a::b::h82d0dab3cd34a5b6", "a::b"),
            ("<core[c5930c85a12de822]::fmt::Formatter>::pad", "<core::fmt::Formatter>::pad"),
            ("<[u8]>::trim", "<[u8]>::trim"),
            ("a::hidden", "a::hidden"),
        ] {
            assert_eq!(without_hashes(name), plain);
        }
    }
}
