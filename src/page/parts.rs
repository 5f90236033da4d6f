//! The parts of the page. Each is found in the document once and knows no other part; `mod.rs`,
//! `controller.rs`, `disposal.rs` and `runner.rs` connect them.

use js_sys::Function;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlDialogElement};

use super::announcer::Announcer;
use super::copy_link::CopyLink;
use super::current_run::CurrentRun;
use super::disk::Disk;
use super::elements::by_id;
use super::form::Form;
use super::hand_over::HandOver;
use super::history::History;
use super::list_note::ListNote;
use super::list_tools::ListTools;
use super::more_options::MoreOptions;
use super::outcome::Outcome;
use super::pictures::Pictures;
use super::pointer::Pointer;
use super::presets::Presets;
use super::previous_runs::PreviousRuns;
use super::run_line::RunLine;
use super::run_view::RunView;
use super::slow_notice::SlowNotice;
use super::stop_question::StopQuestion;
use super::storage_notice::StorageNotice;
use super::stored_runs::StoredRuns;
use super::table::Table;
use super::undo::Undo;
use super::view_tabs::{PICTURES, ViewTabs};
use crate::report::part_counts;

/// All parts of the page.
pub struct Page {
    pub form: Form,
    pub note: ListNote,
    pub copy_link: CopyLink,
    pub more: MoreOptions,
    pub presets: Presets,
    pub disk: Disk,
    pub stored_runs: StoredRuns,
    pub storage_notice: StorageNotice,
    pub slow_notice: SlowNotice,
    pub current: CurrentRun,
    pub line: RunLine,
    pub stop_question: StopQuestion,
    pub tabs: ViewTabs,
    pub tools: ListTools,
    pub table: Table,
    pub pictures: Pictures,
    pub outcome: Outcome,
    pub previous: PreviousRuns,
    pub undo: Undo,
    pub hand_over: HandOver,
    pub history: History,
    pub announcer: Announcer,
    pub pointer: Pointer,
    pub help: HtmlDialogElement,
}

impl Page {
    /// Finds every part in the document. `begin_download` is for [`Disk`].
    ///
    /// # Errors
    ///
    /// The document lacks an element, so it is not the one that this code was built with.
    pub fn find(begin_download: Function) -> Result<Self, JsValue> {
        let version: Element = by_id("version")?;
        version.set_text_content(Some(env!("CARGO_PKG_VERSION")));
        Ok(Self {
            form: Form::find()?,
            note: ListNote::find()?,
            copy_link: CopyLink::find()?,
            more: MoreOptions::find()?,
            presets: Presets::find()?,
            disk: Disk::find(begin_download)?,
            stored_runs: StoredRuns::find()?,
            storage_notice: StorageNotice::find()?,
            slow_notice: SlowNotice::find()?,
            current: CurrentRun::find()?,
            line: RunLine::find()?,
            stop_question: StopQuestion::find()?,
            tabs: ViewTabs::find()?,
            tools: ListTools::find()?,
            table: Table::find()?,
            pictures: Pictures::find()?,
            outcome: Outcome::find()?,
            previous: PreviousRuns::find()?,
            undo: Undo::find()?,
            hand_over: HandOver::find()?,
            history: History::find()?,
            announcer: Announcer::find()?,
            pointer: Pointer::new(),
            help: by_id("help")?,
        })
    }

    /// Lists the items of the shown run in both views as the tools say. The focus and what is in sight stay where
    /// they are if `keeps_place`.
    pub fn list_items(&'static self, keeps_place: bool) {
        let Some(run) = self.table.run() else { return };
        self.tools.show_counts(part_counts(&run.rows.borrow()));
        let items = run.listed(&self.tools.listing());
        self.table.list(items.clone(), keeps_place);
        self.pictures.list(items);
    }

    /// Keeps what is listed up to date while a run is under way.
    pub fn list_what_has_changed(&'static self, run: &RunView) {
        self.tools.show_counts(part_counts(&run.rows.borrow()));
        if self.tools.listing().depends_on_rows() {
            self.list_items(true);
        }
    }

    /// Shows one of the views of a run, by its place among the tabs.
    pub fn show_view(&'static self, view: usize) {
        self.pictures.set_shown(view == PICTURES);
        self.table.set_shown(view != PICTURES);
    }
}
