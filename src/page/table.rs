//! The table of images: which rows are in view, which has the focus, and when they are drawn.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, HtmlElement, KeyboardEvent, MouseEvent};

use super::elements::{by_id, focus_in_view, has_focus, on, window};
use super::frame::Frame;
use super::row_details::{Beside, RowDetails};
use super::row_view::RowView;
use super::run_view::RunView;
use super::thumbnails::Thumbnails;
use super::time_axis::TimeAxis;
use super::views::{View, Views};
use crate::browser::Clock;
use crate::plan::ItemId;
use crate::report::Window;
use crate::text::text;

/// Rows drawn beyond each edge of the view.
const OVERSCAN: usize = 4;

/// Rows beyond each edge of the view whose thumbnails are kept.
const THUMBNAIL_MARGIN: usize = 60;

/// The longest side of a thumbnail in pixels. The shorter one of a usual photograph is then twice its size on
/// the page, for high-density screens.
const THUMBNAIL_EDGE: u32 = 128;

/// How long the pointer rests on a row before its details are shown: on its way to the details of another, it
/// crosses some.
const REST: Duration = Duration::from_millis(150);

/// The table.
pub struct Table {
    viewport: HtmlElement,
    table: HtmlElement,
    head: HtmlElement,
    body: HtmlElement,
    thumbnails: Thumbnails,
    state: RefCell<State>,
    frame: Frame,
    /// The row that the pointer went to last.
    aimed: Cell<Option<usize>>,
    /// Counts the rows that it went to.
    aims: Cell<u32>,
    /// Whether the tab of the table is the one that is shown.
    is_shown: Cell<bool>,
    /// Whether no thumbnail is decoded, so that it does not slow what is being measured.
    defers_thumbnails: Cell<bool>,
}

struct State {
    run: Option<Rc<RunView>>,
    filter: Option<Vec<ItemId>>,
    rows: Views<RowView>,
    axis: TimeAxis,
    details: RowDetails,
    /// Whether the details were closed, until another row is pointed at or has the focus.
    is_dismissed: bool,
    beside: Beside,
    window: Option<Window>,
    /// How far the view is scrolled. Read only when it changes: in the midst of drawing it would cost a
    /// layout.
    scroll: f64,
    /// The row that has the focus, or would have it.
    current: usize,
    /// The row on which the pointer rests.
    pointed: Option<usize>,
}

impl State {
    fn row_count(&self) -> usize {
        match (&self.filter, &self.run) {
            (Some(items), _) => items.len(),
            (None, Some(run)) => run.plan.len(),
            (None, None) => 0,
        }
    }

    fn item(&self, row: usize) -> Option<ItemId> {
        match &self.filter {
            Some(items) => items.get(row).copied(),
            None => (row < self.row_count()).then_some(row),
        }
    }
}

impl Table {
    pub fn find() -> Result<Self, JsValue> {
        let (table, body): (HtmlElement, HtmlElement) = (by_id("images")?, by_id("rows")?);
        let state = State {
            run: None,
            filter: None,
            rows: Views::find(&body)?,
            axis: TimeAxis::find(&table)?,
            details: RowDetails::find()?,
            is_dismissed: false,
            beside: Beside::default(),
            window: None,
            scroll: 0.0,
            current: 0,
            pointed: None,
        };
        Ok(Self {
            viewport: by_id("viewport")?,
            head: table.query_selector("thead")?.ok_or("the table has no head")?.unchecked_into(),
            table,
            body,
            thumbnails: Thumbnails::default(),
            state: RefCell::new(state),
            frame: Frame::default(),
            aimed: Cell::default(),
            aims: Cell::default(),
            is_shown: Cell::default(),
            defers_thumbnails: Cell::default(),
        })
    }

    pub fn bind(&'static self) -> Result<(), JsValue> {
        self.frame.bind(|| self.paint());
        on(&self.viewport, "scroll", |_| {
            if let Ok(mut state) = self.state.try_borrow_mut() {
                state.scroll = f64::from(self.viewport.scroll_top());
            }
            self.frame.request();
        })?;
        let window = window()?;
        on(&window, "resize", |_| self.resize())?;
        on(&self.body, "keydown", |event| self.press(&event))?;
        on(&self.body, "focusin", |event| {
            // The state is borrowed if the table itself moves the focus, which it then knows about.
            if let Ok(mut state) = self.state.try_borrow_mut()
                && let Some(row) = state.rows.of_event(&event)
            {
                state.current = row;
                state.pointed = None;
                state.is_dismissed = false;
            }
            self.frame.request();
        })?;
        on(&self.body, "click", |event| {
            if let Some(row) = self.row_of(&event) {
                // Not every browser focuses what is clicked or tapped.
                self.state.borrow_mut().current = row;
                self.focus_current();
            }
        })?;
        self.bind_details()
    }

    fn bind_details(&'static self) -> Result<(), JsValue> {
        // Unlike "pointerover", this does not come when rows scroll under a pointer at rest.
        on(&self.body, "pointermove", |event| {
            let row = self.row_of(&event);
            if row != self.aimed.get() {
                let is_left =
                    event.unchecked_ref::<MouseEvent>().client_x() * 2 < self.viewport.client_width();
                self.aim(row, is_left);
            }
        })?;
        on(&self.body, "pointerleave", |_| self.aim(None, false))?;
        let (panel, details): (HtmlElement, HtmlElement) = (by_id("timeline-panel")?, by_id("row-details")?);
        on(&details, "pointerenter", |_| {
            let pointed = self.state.try_borrow().ok().and_then(|state| state.pointed);
            self.aimed.set(pointed);
            self.aims.set(self.aims.get().wrapping_add(1));
        })?;
        on(&details, "pointerleave", |_| self.aim(None, false))?;
        on(&panel, "focusout", |_| self.frame.request())
    }

    fn row_of(&self, event: &Event) -> Option<usize> {
        self.state.try_borrow().ok()?.rows.of_event(event)
    }

    /// The pointer went to a row, or away. Its details are beside it, on the right if it is on the left.
    fn aim(&'static self, row: Option<usize>, is_left: bool) {
        let aim = self.aims.get().wrapping_add(1);
        self.aims.set(aim);
        self.aimed.set(row);
        spawn_local(async move {
            Clock::start().sleep_until(REST).await;
            if self.aims.get() != aim {
                return;
            }
            if let Ok(mut state) = self.state.try_borrow_mut()
                && state.pointed != row
            {
                (state.pointed, state.is_dismissed) = (row, false);
                state.beside.is_right = is_left;
            }
            self.frame.request();
        });
    }

    /// Closes the details of a row, if they are shown; returns whether they were.
    pub fn dismiss_details(&'static self) -> bool {
        let has_focus = {
            let state = self.state.borrow();
            if !state.details.is_shown() {
                return false;
            }
            has_focus(&state.details.element)
        };
        if has_focus {
            self.focus_current();
        }
        let mut state = self.state.borrow_mut();
        state.is_dismissed = true;
        state.details.hide();
        true
    }

    /// Moves the focus from the details to their row, since what was pressed there may go; returns the item.
    pub fn leave_details(&'static self) -> Option<ItemId> {
        let item = {
            let state = &mut *self.state.borrow_mut();
            state.current = state.pointed.unwrap_or(state.current);
            state.details.item()
        };
        self.focus_current();
        item
    }

    /// Copies the address of the item whose details are shown; returns what to say of it.
    pub fn copy_address(&self) -> &'static str {
        self.state.borrow().details.copy_address()
    }

    /// Shows a run, from its first row on.
    pub fn show(&'static self, run: Rc<RunView>) {
        self.thumbnails.restart(THUMBNAIL_EDGE);
        {
            let mut state = self.state.borrow_mut();
            state.run = Some(run);
            state.filter = None;
        }
        self.rows_changed();
    }

    /// Shows a run that has the same rows as the one before.
    pub fn update(&'static self, run: Rc<RunView>) {
        let was_filtered = {
            let mut state = self.state.borrow_mut();
            state.run = Some(run);
            state.filter.take().is_some()
        };
        if was_filtered {
            self.rows_changed();
        } else {
            self.frame.request();
        }
    }

    /// Shows only these items; all of them without a filter.
    pub fn filter(&'static self, items: Option<Vec<ItemId>>) {
        self.state.borrow_mut().filter = items;
        self.rows_changed();
    }

    /// The tab of the table is shown, or another one.
    pub fn set_shown(&'static self, is_shown: bool) {
        self.is_shown.set(is_shown);
        if is_shown {
            self.state.borrow_mut().scroll = f64::from(self.viewport.scroll_top());
            self.resize();
        } else {
            // Nothing is kept for what is out of sight.
            self.thumbnails.restart(THUMBNAIL_EDGE);
            let mut state = self.state.borrow_mut();
            state.rows.forget();
            state.details.hide();
        }
    }

    /// Puts thumbnails off, or shows them again.
    pub fn defer_thumbnails(&self, is_deferred: bool) {
        self.defers_thumbnails.set(is_deferred);
    }

    fn rows_changed(&'static self) {
        {
            let mut state = self.state.borrow_mut();
            let rows = state.row_count();
            state.current = state.current.min(rows.saturating_sub(1));
            (state.window, state.pointed, state.scroll) = (None, None, 0.0);
            state.axis.reset();
            state.details.clear();
            state.rows.forget();
            let _ = self.table.set_attribute("aria-rowcount", &text![rows + 1]);
        }
        self.viewport.set_scroll_top(0);
        if has_focus(&self.body) {
            // The row that had the focus may be gone.
            self.focus_current();
        } else {
            self.frame.request();
        }
    }

    fn resize(&'static self) {
        {
            let mut state = self.state.borrow_mut();
            state.window = None;
            state.axis.resize();
        }
        self.frame.request();
    }

    /// Draws what has changed, if the table is shown, and requests the next frame while the run is not over.
    pub fn paint(&'static self) {
        if !self.is_shown.get() {
            return;
        }
        let state = &mut *self.state.borrow_mut();
        let Some(run) = state.run.clone() else { return };
        state.axis.paint(&run);
        if self.paint_rows(state, &run).is_err() {
            return; // the page is being closed
        }
        self.paint_details(state, &run);
        if !run.is_over() {
            self.frame.request();
        }
    }

    /// Fills in the details of the row that is pointed at, or else has the focus or would have it: they describe
    /// it. Shows them beside it if it is the user who is there.
    fn paint_details(&self, state: &mut State, run: &RunView) {
        let row = state.pointed.unwrap_or(state.current);
        let Some(item) = state.item(row) else { return state.details.clear() };
        run.load_names(&[item]);
        state.details.fill(run, item);
        let is_focused = has_focus(&self.body);
        let is_used = state.pointed.is_some() || is_focused || has_focus(&state.details.element);
        let Some(view) = state.rows.get(row).filter(|_| is_used && !state.is_dismissed) else {
            return state.details.hide();
        };
        if is_focused {
            // By keys one goes from row to row, and sees the next ones.
            let is_keyed = view.element().matches(":focus-visible").unwrap_or_default();
            state.beside.spares_neighbours = is_keyed;
        }
        let spares_neighbours = state.beside.spares_neighbours && state.pointed.is_none();
        let beside = Beside { spares_neighbours, ..state.beside };
        let top = self.head.get_bounding_client_rect().bottom();
        let bottom = self.viewport.get_bounding_client_rect().bottom();
        state.details.place(&view.element().get_bounding_client_rect(), top, bottom, beside);
    }

    fn paint_rows(&'static self, state: &mut State, run: &Rc<RunView>) -> Result<(), JsValue> {
        let row_count = state.row_count();
        let window = match state.window {
            Some(window) => window,
            None => self.measure(state, row_count)?,
        };
        let (scroll, current) = (state.scroll, state.current);
        let described = state.pointed.unwrap_or(current);
        let visible = window.visible(scroll);
        let mut rows: Vec<_> = visible.clone().collect();
        // The row that has the focus, or would have it, stays in the document wherever it is.
        if row_count > 0 && !visible.contains(&current) {
            let at = if current < visible.start { 0 } else { rows.len() };
            rows.insert(at, current);
        }
        let items: Vec<_> = rows.iter().filter_map(|row| state.item(*row)).collect();
        run.load_names(&items);
        let in_view = |row| state.item(row).unwrap_or(0);
        let near = in_view(visible.start).saturating_sub(THUMBNAIL_MARGIN)
            ..in_view(visible.end.saturating_sub(1)) + THUMBNAIL_MARGIN;
        let views = state.rows.provide(&rows)?;
        for (view, (row, item)) in views.iter_mut().zip(rows.iter().zip(&items)) {
            view.place(*row, window.top_of(*row, scroll));
            view.element().set_tab_index(if *row == current { 0 } else { -1 });
            view.set_described(*row == described);
            if view.is_stale(*item, run.version(*item), run.silence_of(*item)) {
                view.show(run, *item);
            }
            if !self.defers_thumbnails.get() && view.needs_thumbnail(&self.thumbnails) {
                self.thumbnails.decode_if_possible(run, *item, &near, &self.frame);
            }
        }
        Ok(())
    }

    /// Measures a row and the view, and sets the height of the body.
    fn measure(&self, state: &mut State, rows: usize) -> Result<Window, JsValue> {
        let row_height = f64::from(state.rows.height()?.max(1));
        // The height of the view follows that of the body, up to what the style sheet allows.
        let mut window = Window { rows, row_height, view_height: 0.0, overscan: OVERSCAN };
        self.body.style().set_property("height", &text![window.height() as u64, "px"])?;
        window.view_height = f64::from((self.viewport.client_height() - self.head.offset_height()).max(1));
        state.window = Some(window);
        Ok(window)
    }

    fn press(&'static self, event: &Event) {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        {
            let state = &mut *self.state.borrow_mut();
            let (Some(window), Some(last)) = (state.window, state.row_count().checked_sub(1)) else { return };
            let row = match event.key().as_str() {
                "ArrowDown" => state.current + 1,
                "ArrowUp" => state.current.saturating_sub(1),
                "PageDown" => state.current + window.page(),
                "PageUp" => state.current.saturating_sub(window.page()),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            state.current = row.min(last);
            state.pointed = None;
            self.aimed.set(None);
            self.aims.set(self.aims.get().wrapping_add(1));
            let scroll = window.scroll_to(state.current, state.scroll).round();
            self.viewport.set_scroll_top(scroll as i32);
            state.scroll = scroll;
        }
        self.focus_current();
    }

    fn focus_current(&'static self) {
        // The row must be in the document before it can have the focus.
        self.paint();
        let element = {
            let state = self.state.borrow();
            state.rows.get(state.current).map(|view| view.element().clone())
        };
        if let Some(element) = element {
            focus_in_view(&element, &element);
        }
    }
}
