//! The table of images: which rows are in view, which has the focus, and when they are drawn.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlElement, KeyboardEvent, MouseEvent};

use super::aim::Aim;
use super::elements::{by_id, focus_in_view, has_focus, on, window};
use super::frame::Frame;
use super::overview::Overview;
use super::pointer::Pointer;
use super::row_details::{Beside, RowDetails};
use super::row_view::RowView;
use super::run_view::RunView;
use super::thumbnails::Thumbnails;
use super::time_axis::TimeAxis;
use super::views::{View, Views};
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

/// The table.
pub struct Table {
    viewport: HtmlElement,
    table: HtmlElement,
    head: HtmlElement,
    body: HtmlElement,
    thumbnails: Thumbnails,
    state: RefCell<State>,
    frame: Frame,
    aim: Aim,
    overview: Overview,
    /// Whether the tab of the table is the one that is shown.
    is_shown: Cell<bool>,
    /// Whether no thumbnail is decoded, so that it does not slow what is being measured.
    defers_thumbnails: Cell<bool>,
}

struct State {
    run: Option<Rc<RunView>>,
    /// The items that are listed; all of them with `None`.
    listed: Option<Rc<[ItemId]>>,
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
}

impl State {
    fn row_count(&self) -> usize {
        match (&self.listed, &self.run) {
            (Some(items), _) => items.len(),
            (None, Some(run)) => run.plan.len(),
            (None, None) => 0,
        }
    }

    fn item(&self, row: usize) -> Option<ItemId> {
        match &self.listed {
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
            listed: None,
            rows: Views::find(&body)?,
            axis: TimeAxis::find(&table)?,
            details: RowDetails::find()?,
            is_dismissed: false,
            beside: Beside::default(),
            window: None,
            scroll: 0.0,
            current: 0,
        };
        Ok(Self {
            viewport: by_id("viewport")?,
            head: table.query_selector("thead")?.ok_or("the table has no head")?.unchecked_into(),
            table,
            body,
            thumbnails: Thumbnails::default(),
            state: RefCell::new(state),
            frame: Frame::default(),
            aim: Aim::default(),
            overview: Overview::find()?,
            is_shown: Cell::default(),
            defers_thumbnails: Cell::default(),
        })
    }

    pub fn bind(&'static self, pointer: &'static Pointer) -> Result<(), JsValue> {
        self.frame.bind(|| self.paint());
        on(&self.viewport, "scroll", |_| {
            if let Ok(mut state) = self.state.try_borrow_mut() {
                state.scroll = f64::from(self.viewport.scroll_top());
            }
            self.frame.request();
        })?;
        on(&*window()?, "resize", |_| self.resize())?;
        on(&self.body, "keydown", |event| self.press(&event))?;
        on(&self.body, "focusin", |event| {
            // The state is borrowed if the table itself moves the focus, which it then knows about.
            if let Ok(mut state) = self.state.try_borrow_mut()
                && let Some(row) = state.rows.of_event(&event)
            {
                (state.current, state.is_dismissed) = (row, false);
                self.aim.forget();
            }
            self.frame.request();
        })?;
        on(&self.body, "click", |event| {
            if let Some(row) = self.row_of(&event) {
                {
                    let state = &mut *self.state.borrow_mut();
                    (state.current, state.beside.is_right) = (row, self.is_on_left(&event));
                }
                // Not every browser focuses what is clicked or tapped.
                self.focus_current();
            }
        })?;
        self.overview.bind(|| self.frame.request())?;
        self.bind_details(pointer)
    }

    fn bind_details(&'static self, pointer: &'static Pointer) -> Result<(), JsValue> {
        on(&self.body, "pointermove", |event| {
            let row = self.row_of(&event);
            // A row that has scrolled under a pointer at rest is not what the user points at.
            if row != self.aim.row() && pointer.has_moved() {
                self.aim_at(row, self.is_on_left(&event));
            }
        })?;
        let (panel, details): (HtmlElement, HtmlElement) = (by_id("timeline-panel")?, by_id("row-details")?);
        on(&details, "pointerenter", |_| self.aim.stay())?;
        for element in [&self.body, &details] {
            on(element, "pointerleave", |_| self.aim_at(None, false))?;
        }
        on(&panel, "focusout", |_| self.frame.request())
    }

    fn is_on_left(&self, event: &Event) -> bool {
        event.unchecked_ref::<MouseEvent>().client_x() * 2 < self.viewport.client_width()
    }

    fn row_of(&self, event: &Event) -> Option<usize> {
        self.state.try_borrow().ok()?.rows.of_event(event)
    }

    /// The pointer went to a row, or away. Its details are beside it, on the right if it is on the left.
    fn aim_at(&'static self, row: Option<usize>, is_left: bool) {
        self.aim.set(row, move |is_other| {
            if is_other && let Ok(mut state) = self.state.try_borrow_mut() {
                (state.is_dismissed, state.beside.is_right) = (false, is_left);
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
        self.state.borrow_mut().is_dismissed = true;
        self.state.borrow().details.hide();
        true
    }

    /// Moves the focus from the details to their row, since what was pressed there may go; returns the item.
    pub fn leave_details(&'static self) -> Option<ItemId> {
        let item = {
            let state = &mut *self.state.borrow_mut();
            state.current = self.aim.rested().unwrap_or(state.current);
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
        self.overview.reset();
        {
            let mut state = self.state.borrow_mut();
            state.run = Some(run);
            state.listed = None;
        }
        self.rows_changed(false);
    }

    /// Shows a run that has the same rows as the one before.
    pub fn update(&'static self, run: Rc<RunView>) {
        self.state.borrow_mut().run = Some(run);
        self.frame.request();
    }

    /// The run that is shown.
    pub fn run(&self) -> Option<Rc<RunView>> {
        self.state.borrow().run.clone()
    }

    /// Shows only these items, in this order; all of them with `None`. The view stays where it is scrolled to and
    /// the focus on its item if `keeps_place`.
    pub fn list(&'static self, items: Option<Rc<[ItemId]>>, keeps_place: bool) {
        {
            let state = &mut *self.state.borrow_mut();
            if state.listed == items {
                return;
            }
            let item = state.item(state.current);
            state.listed = items;
            if keeps_place {
                let place = (0..state.row_count()).find(|row| state.item(*row) == item);
                state.current = place.unwrap_or(state.current);
            }
        }
        self.rows_changed(keeps_place);
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

    fn rows_changed(&'static self, keeps_place: bool) {
        {
            let mut state = self.state.borrow_mut();
            let rows = state.row_count();
            state.current = state.current.min(rows.saturating_sub(1));
            state.window = None;
            self.aim.forget();
            let _ = self.table.set_attribute("aria-rowcount", &text![rows + 1]);
            if !keeps_place {
                state.scroll = 0.0;
                state.axis.reset();
                state.details.clear();
                state.rows.forget();
            }
        }
        if !keeps_place {
            self.viewport.set_scroll_top(0);
        }
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
        state.axis.paint(&run, self.overview.paint(&run));
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
        let row = self.aim.rested().unwrap_or(state.current);
        let Some(item) = state.item(row) else { return state.details.clear() };
        run.load_names(&[item]);
        state.details.fill(run, item);
        let is_focused = has_focus(&self.body);
        let is_used = self.aim.rested().is_some() || is_focused || has_focus(&state.details.element);
        let Some(view) = state.rows.get(row).filter(|_| is_used && !state.is_dismissed) else {
            return state.details.hide();
        };
        if is_focused {
            // By keys one goes from row to row, and sees the next ones.
            let is_keyed = view.element().matches(":focus-visible").unwrap_or_default();
            state.beside.spares_neighbours = is_keyed;
        }
        let spares_neighbours = state.beside.spares_neighbours && self.aim.rested().is_none();
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
        let described = self.aim.rested().unwrap_or(current);
        let visible = window.visible(scroll);
        let mut rows: Vec<_> = visible.clone().collect();
        // The row that has the focus, or would have it, stays in the document wherever it is.
        if row_count > 0 && !visible.contains(&current) {
            let at = if current < visible.start { 0 } else { rows.len() };
            rows.insert(at, current);
        }
        let items: Vec<_> = rows.iter().filter_map(|row| state.item(*row)).collect();
        run.load_names(&items);
        let listed = state.listed.clone();
        let rows_near =
            visible.start.saturating_sub(THUMBNAIL_MARGIN)..(visible.end + THUMBNAIL_MARGIN).min(row_count);
        let near = || match &listed {
            Some(items) => items.get(rows_near.clone()).unwrap_or_default().to_vec(),
            None => rows_near.clone().collect(),
        };
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
            self.aim.forget();
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
