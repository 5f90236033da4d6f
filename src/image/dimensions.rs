//! Width and height.

/// The size of an image, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// Finds the size.
#[derive(Debug, Default)]
pub struct DimensionsFinder;

impl DimensionsFinder {
    /// Takes the next bytes.
    pub fn push(&mut self, _bytes: &[u8]) {}

    /// The size.
    pub fn dimensions(&self) -> Option<Dimensions> {
        None
    }
}
