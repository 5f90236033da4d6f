//! The parts of a wasm module that a release changes and `cargo xtask size` measures.

use std::collections::HashMap;
use std::convert::Infallible;

use anyhow::{Error, Result, anyhow};
use regex_lite::Regex;
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, DataSection, ImportSection};
use wasmparser::{
    CustomSectionReader, DataKind, FunctionBody, ImportSectionReader, KnownCustom, Name, Operator, Parser,
    Payload, TypeRef,
};

/// A module, with copies of the parts that may be changed. Each list is in the module's order and
/// keeps its length.
#[derive(Clone, Debug)]
pub struct Module {
    /// Names of the imports.
    pub imports: Vec<Import>,
    /// The module's own functions.
    pub functions: Vec<Function>,
    /// The data segments.
    pub data: Vec<Data>,
    original: Vec<u8>,
}

/// The names of one import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The JavaScript module.
    pub module: String,
    /// The name in it.
    pub name: String,
}

/// One function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name without the hashes of rustc's mangling; empty if it has none.
    pub name: String,
    /// Locals and instructions, encoded.
    pub body: Vec<u8>,
}

/// Bytes that are copied into memory when the module starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Where they go; `None` for a passive segment.
    pub address: Option<u32>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What to do with custom sections: names, producers and whatever else is there for tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomSections {
    /// They stay.
    Keep,
    /// They are left out.
    Drop,
}

impl Module {
    /// Reads a module.
    ///
    /// # Errors
    ///
    /// The bytes are not a wasm module, or an active data segment has a computed address.
    pub fn parse(bytes: Vec<u8>) -> Result<Self> {
        let (mut imports, mut functions, mut data) = (Vec::new(), Vec::new(), Vec::new());
        let (mut imported, mut names) = (0, HashMap::new());
        for payload in Parser::new(0).parse_all(&bytes) {
            match payload.map_err(malformed)? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.map_err(malformed)?;
                        imported += u32::from(matches!(import.ty, TypeRef::Func(_)));
                        imports.push(Import { module: import.module.into(), name: import.name.into() });
                    }
                }
                Payload::CodeSectionEntry(body) => functions.push(body.as_bytes().to_vec()),
                Payload::DataSection(section) => {
                    for segment in section {
                        let segment = segment.map_err(malformed)?;
                        data.push(Data { address: address(&segment.kind)?, bytes: segment.data.to_vec() });
                    }
                }
                Payload::CustomSection(section) => names.extend(function_names(&section)?),
                _ => {}
            }
        }
        let hashes = Regex::new(HASHES)?;
        let functions = (imported..).zip(functions);
        let functions = functions.map(|(index, body)| {
            let name = names.get(&index).map_or("", String::as_str);
            Function { name: hashes.replace_all(name, "").into_owned(), body }
        });
        Ok(Self { imports, functions: functions.collect(), data, original: bytes })
    }

    /// The module with the present contents of its lists.
    ///
    /// # Errors
    ///
    /// A section uses a feature of wasm that the encoder doesn't have.
    pub fn to_bytes(&self, custom_sections: CustomSections) -> Result<Vec<u8>> {
        let mut module = wasm_encoder::Module::new();
        let mut rewriter = Rewriter {
            imports: &self.imports,
            functions: self.functions.iter(),
            data: self.data.iter(),
            custom_sections,
        };
        rewriter.parse_core_module(&mut module, Parser::new(0), &self.original).map_err(malformed)?;
        Ok(module.finish())
    }
}

/// Copies a module, with the contents of the lists in place of the original's.
struct Rewriter<'a> {
    imports: &'a [Import],
    functions: std::slice::Iter<'a, Function>,
    data: std::slice::Iter<'a, Data>,
    custom_sections: CustomSections,
}

type Encoded = std::result::Result<(), reencode::Error>;

impl Reencode for Rewriter<'_> {
    type Error = Infallible;

    fn parse_import_section(&mut self, out: &mut ImportSection, section: ImportSectionReader<'_>) -> Encoded {
        for (original, import) in section.into_imports().zip(self.imports) {
            let kind = self.entity_type(original?.ty)?;
            out.import(&import.module, &import.name, kind);
        }
        Ok(())
    }

    fn parse_function_body(&mut self, out: &mut CodeSection, original: FunctionBody<'_>) -> Encoded {
        out.raw(self.functions.next().map_or(original.as_bytes(), |function| &function.body));
        Ok(())
    }

    fn parse_data(&mut self, out: &mut DataSection, original: wasmparser::Data<'_>) -> Encoded {
        let data = self.data.next().map_or(original.data, |data| &data.bytes);
        utils::parse_data(self, out, wasmparser::Data { data, ..original })
    }

    fn parse_custom_section(
        &mut self,
        out: &mut wasm_encoder::Module,
        section: CustomSectionReader<'_>,
    ) -> Encoded {
        match self.custom_sections {
            CustomSections::Keep => utils::parse_custom_section(self, out, section),
            CustomSections::Drop => Ok(()),
        }
    }
}

fn address(kind: &DataKind<'_>) -> Result<Option<u32>> {
    let DataKind::Active { offset_expr, .. } = kind else { return Ok(None) };
    match offset_expr.get_operators_reader().read().map_err(malformed)? {
        Operator::I32Const { value } => Ok(Some(value.cast_unsigned())),
        other => Err(malformed(format!("a data segment has the address {other:?}"))),
    }
}

/// The names in a custom section by index; imported functions are counted.
fn function_names(section: &CustomSectionReader<'_>) -> Result<Vec<(u32, String)>> {
    let mut names = Vec::new();
    if let KnownCustom::Name(subsections) = section.as_known() {
        for subsection in subsections {
            if let Name::Function(functions) = subsection.map_err(malformed)? {
                for function in functions {
                    let function = function.map_err(malformed)?;
                    names.push((function.index, function.name.to_owned()));
                }
            }
        }
    }
    Ok(names)
}

/// The hashes that rustc's two manglings leave in a name: `core[c5930c85a12de822]::fmt`, and
/// `…::h82d0dab3cd34a5b6` at the end.
const HASHES: &str = r"\[[0-9a-fA-F]{8,}\]|::h[0-9a-fA-F]{16}$";

fn malformed(reason: impl std::fmt::Display) -> Error {
    anyhow!("the wasm module is not as expected: {reason}")
}

#[cfg(test)]
pub(crate) mod tests {
    use wasm_encoder::{
        ConstExpr, EntityType, FunctionSection, MemorySection, MemoryType, NameMap, NameSection, TypeSection,
    };

    use super::*;

    /// `nop`, without locals.
    const NOP: [u8; 3] = [0, 1, 0x0B];

    /// A module that imports `./a_bg.js` `__wbg_b_1`, has functions of these names whose bodies are
    /// one `nop`, and these bytes at address 100.
    pub(crate) fn module_of(functions: &[&str], data: &[u8]) -> Module {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        imports.import("./a_bg.js", "__wbg_b_1", EntityType::Function(0));
        let (mut declared, mut code, mut names) =
            (FunctionSection::new(), CodeSection::new(), NameMap::new());
        for (name, index) in functions.iter().zip(1..) {
            declared.function(0);
            code.raw(&NOP);
            names.append(index, name);
        }
        let (mut memories, mut segments) = (MemorySection::new(), DataSection::new());
        let one_page =
            MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
        memories.memory(one_page);
        segments.active(0, &ConstExpr::i32_const(100), data.iter().copied());
        let mut custom = NameSection::new();
        custom.functions(&names);
        let mut module = wasm_encoder::Module::new();
        module.section(&types).section(&imports).section(&declared).section(&memories);
        module.section(&code).section(&segments).section(&custom);
        Module::parse(module.finish()).unwrap()
    }

    #[test]
    fn a_module_is_written_as_it_was_read() {
        let module = module_of(&["one", "core[c5930c85a12de822]::two"], b"abc");
        assert_eq!(module.imports, [Import { module: "./a_bg.js".into(), name: "__wbg_b_1".into() }]);
        let names: Vec<&str> = module.functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["one", "core::two"]);
        assert_eq!(module.functions[0].body, NOP);
        assert_eq!(module.data, [Data { address: Some(100), bytes: b"abc".to_vec() }]);
        assert_eq!(module.to_bytes(CustomSections::Keep).unwrap(), module.original);
    }

    #[test]
    fn custom_sections_can_be_dropped() {
        let bytes = module_of(&["one"], b"abc").to_bytes(CustomSections::Drop).unwrap();
        assert_eq!(Module::parse(bytes).unwrap().functions[0].name, "");
    }

    #[test]
    fn bytes_that_are_not_a_module_are_refused() {
        assert!(Module::parse(b"<!doctype html>".to_vec()).is_err());
        let mut cut = module_of(&["one"], b"abc").original;
        cut.pop();
        assert!(Module::parse(cut).is_err());
    }

    #[test]
    fn hashes_are_removed_from_names() {
        for (name, plain) in [
            ("a::b::h82d0dab3cd34a5b6", "a::b"),
            ("<core[c5930c85a12de822]::fmt::Formatter>::pad", "<core::fmt::Formatter>::pad"),
            ("<[u8]>::trim", "<[u8]>::trim"),
            ("a::hidden", "a::hidden"),
        ] {
            assert_eq!(Regex::new(HASHES).unwrap().replace_all(name, ""), plain);
        }
    }
}
