//! The keyboard. The characters are WebDriver's codes of keys ("Keyboard Actions").

use fantoccini::actions::{InputSource, KeyAction, KeyActions};

use super::Browser;

pub const TAB: char = '\u{E004}';
pub const ENTER: char = '\u{E007}';
pub const SHIFT: char = '\u{E008}';
pub const CONTROL: char = '\u{E009}';
pub const ALT: char = '\u{E00A}';
pub const ESCAPE: char = '\u{E00C}';
pub const SPACE: char = ' ';
pub const END: char = '\u{E010}';
pub const HOME: char = '\u{E011}';
pub const LEFT: char = '\u{E012}';
pub const UP: char = '\u{E013}';
pub const RIGHT: char = '\u{E014}';
pub const DOWN: char = '\u{E015}';

impl Browser {
    /// Presses keys together and releases them, in whatever element has the focus.
    pub async fn press_keys(&self, keys: &[char]) {
        let down = keys.iter().map(|value| KeyAction::Down { value: *value });
        let up = keys.iter().rev().map(|value| KeyAction::Up { value: *value });
        let keyboard = KeyActions::new("keyboard".to_owned());
        let actions = down.chain(up).fold(keyboard, |keyboard, action| keyboard.then(action));
        self.client.perform_actions(actions).await.unwrap();
    }
}
