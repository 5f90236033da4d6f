//! The module that reads lists, as Trunk builds it: a program that only links the library, like the page.

use fetchzip as _;

fn main() {}
