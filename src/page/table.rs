//! The table of images: only the rows in view are elements, recycled as it scrolls.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlElement, HtmlTemplateElement, KeyboardEvent, Node};

use super::elements::{by_id, document, has_focus, on, set_property, window};
use super::row_view::RowView;
use super::sheet::RunView;
use super::thumbnails::Thumbnails;
use crate::browser::Images;
use crate::plan::{ItemId, NameTemplate};
use crate::report::formatting::decimal_millis;
use crate::report::waterfall::{tick_label, tick_step, ticks_within};
use crate::report::{Window, figures_text};
use crate::seconds::scaled;
use crate::text::text;

/// The least distance of two ticks, in pixels.
const TICK_ROOM: f64 = 76.0;

/// The room that a label itself takes, in pixels: the longest is of the kind of "150 ms".
const LABEL_ROOM: f64 = 56.0;

/// What the figures line says while no row is pointed at.
const INVITATION: &str = "Point at a row for its exact figures, or walk through them with the arrow keys.";

/// The table.
pub struct Table {
    viewport: HtmlElement,
    table: HtmlElement,
    head: HtmlElement,
    body: HtmlElement,
    ticks: HtmlElement,
    figures: HtmlElement,
    template: HtmlTemplateElement,
    thumbnails: Thumbnails,
    names: NameTemplate,
    state: RefCell<State>,
    /// Whether a frame was asked for already.
    awaits_frame: Cell<bool>,
    frame: RefCell<Option<js_sys::Function>>,
    /// Whether thumbnails wait, so that decoding them does not slow what is being measured.
    pub thumbnails_wait: Cell<bool>,
}

#[derive(Default)]
struct State {
    sheet: Option<Rc<RunView>>,
    filter: Option<Vec<ItemId>>,
    /// The row elements in use, in the order of their rows.
    views: Vec<RowView>,
    spare: Vec<RowView>,
    tick_labels: Vec<HtmlElement>,
    window: Option<Window>,
    /// How far the view is scrolled. Asked for when it changes only: in the middle of painting the
    /// answer would cost a layout.
    scroll: f64,
    /// The row that the focus is on, or would be.
    current: usize,
    /// The row that is pointed at.
    pointed: Option<usize>,
    /// What the figures line is about: the item and its version.
    told: Option<(ItemId, u32)>,
    /// The distance of the ticks.
    step: Option<Duration>,
    /// The room for them, in pixels, until the next change of size.
    ticks_width: Option<f64>,
}

impl State {
    fn rows(&self) -> usize {
        match (&self.filter, &self.sheet) {
            (Some(items), _) => items.len(),
            (None, Some(sheet)) => sheet.plan.len(),
            (None, None) => 0,
        }
    }

    fn item(&self, row: usize) -> Option<ItemId> {
        match &self.filter {
            Some(items) => items.get(row).copied(),
            None => (row < self.rows()).then_some(row),
        }
    }

    /// The row that an event's target is in.
    fn row_of(&self, event: &Event) -> Option<usize> {
        let target: Element = event.target()?.dyn_into().ok()?;
        let row = target.closest("tr").ok()??;
        self.views.iter().find(|view| view.element.is_same_node(Some(&row))).map(|view| view.index)
    }
}

impl Table {
    pub fn find() -> Result<Self, JsValue> {
        let table: HtmlElement = by_id("images")?;
        Ok(Self {
            viewport: by_id("viewport")?,
            head: table.query_selector("thead")?.ok_or("the table has no head")?.unchecked_into(),
            table,
            body: by_id("rows")?,
            ticks: by_id("ticks")?,
            figures: by_id("figures")?,
            template: by_id("row")?,
            thumbnails: Thumbnails::default(),
            names: NameTemplate::default(),
            state: RefCell::default(),
            awaits_frame: Cell::new(false),
            frame: RefCell::default(),
            thumbnails_wait: Cell::new(false),
        })
    }

    pub fn bind(&'static self) -> Result<(), JsValue> {
        let frame = Closure::<dyn Fn()>::new(|| {
            self.awaits_frame.set(false);
            self.paint();
        });
        // One closure for all frames, for as long as the page lives.
        *self.frame.borrow_mut() = Some(frame.into_js_value().unchecked_into());
        on(&self.viewport, "scroll", |_| {
            if let Ok(mut state) = self.state.try_borrow_mut() {
                state.scroll = f64::from(self.viewport.scroll_top());
            }
            self.request_frame();
        })?;
        let window = window()?;
        on(&window, "resize", |_| self.resized())?;
        on(&self.body, "keydown", |event| self.key(&event))?;
        on(&self.body, "focusin", |event| {
            // A focus that the table itself sets meets a table that is busy, and is known to it.
            if let Ok(mut state) = self.state.try_borrow_mut()
                && let Some(row) = state.row_of(&event)
            {
                state.current = row;
                state.pointed = None;
            }
            self.request_frame();
        })?;
        on(&self.body, "pointerover", |event| {
            if let Ok(mut state) = self.state.try_borrow_mut() {
                state.pointed = state.row_of(&event);
            }
            self.request_frame();
        })?;
        on(&self.body, "pointerleave", |_| {
            if let Ok(mut state) = self.state.try_borrow_mut() {
                state.pointed = None;
            }
            self.request_frame();
        })?;
        self.figures.set_text_content(Some(INVITATION));
        Ok(())
    }

    /// Shows a run from its first row on.
    pub fn show(&'static self, sheet: Rc<RunView>) {
        self.thumbnails.clear();
        {
            let mut state = self.state.borrow_mut();
            state.sheet = Some(sheet);
            state.filter = None;
        }
        self.rows_changed();
    }

    /// Shows how the run goes on whose rows are there already.
    pub fn resume(&'static self, sheet: Rc<RunView>) {
        let was_filtered = {
            let mut state = self.state.borrow_mut();
            state.sheet = Some(sheet);
            state.filter.take().is_some()
        };
        if was_filtered {
            self.rows_changed();
        } else {
            self.request_frame();
        }
    }

    /// Shows only these items; all of them without a filter.
    pub fn filter(&'static self, items: Option<Vec<ItemId>>) {
        self.state.borrow_mut().filter = items;
        self.rows_changed();
    }

    fn rows_changed(&'static self) {
        {
            let mut state = self.state.borrow_mut();
            let rows = state.rows();
            state.current = state.current.min(rows.saturating_sub(1));
            (state.window, state.pointed, state.told, state.step) = (None, None, None, None);
            (state.ticks_width, state.scroll) = (None, 0.0);
            let State { views, spare, .. } = &mut *state;
            for view in views.iter_mut().chain(spare) {
                view.forget();
            }
            let _ = self.table.set_attribute("aria-rowcount", &text![rows + 1]);
        }
        self.viewport.set_scroll_top(0);
        if has_focus(&self.body) {
            // The row that had the focus may be gone.
            self.focus_current();
        } else {
            self.request_frame();
        }
    }

    fn resized(&'static self) {
        let mut state = self.state.borrow_mut();
        (state.window, state.ticks_width) = (None, None);
        drop(state);
        self.request_frame();
    }

    /// Paints before the next frame.
    pub fn request_frame(&self) {
        if self.awaits_frame.replace(true) {
            return;
        }
        if let (Ok(window), Some(frame)) = (window(), &*self.frame.borrow()) {
            // It throws only where there is no document to paint.
            let _ = window.request_animation_frame(frame);
        }
    }

    /// Paints what changed, and goes on while the run does.
    pub fn paint(&'static self) {
        let state = &mut *self.state.borrow_mut();
        let Some(sheet) = state.sheet.clone() else { return };
        self.paint_axis(state, &sheet);
        if self.paint_rows(state, &sheet).is_err() {
            return; // the page is going away
        }
        self.tell_figures(state, &sheet);
        if !sheet.is_over() {
            self.request_frame();
        }
    }

    fn paint_axis(&self, state: &mut State, sheet: &RunView) {
        let smooth = !prefers_reduced_motion();
        let (now, axis) = (sheet.now(), sheet.axis(smooth));
        set_property(&self.table, "--now", &decimal_millis(now));
        set_property(&self.table, "--axis", &decimal_millis(axis));
        let width = *state.ticks_width.get_or_insert_with(|| f64::from(self.ticks.client_width()));
        let most = (width / TICK_ROOM) as u32;
        let step = tick_step(axis, most);
        if state.step != Some(step) {
            state.step = Some(step);
            set_property(&self.table, "--step", &decimal_millis(step));
            for (number, label) in state.tick_labels.iter().enumerate() {
                self.label_tick(label, step * number as u32, step);
            }
        }
        // A label at the very edge would be cut off.
        let last_at = scaled(axis, 1.0 - LABEL_ROOM / width.max(1.0));
        let shown = ticks_within(last_at, step);
        while state.tick_labels.len() < shown {
            let Ok(label) = document().and_then(|document| document.create_element("span")) else { return };
            let label: HtmlElement = label.unchecked_into();
            self.label_tick(&label, step * state.tick_labels.len() as u32, step);
            let _ = self.ticks.append_child(&label);
            state.tick_labels.push(label);
        }
        for (number, label) in state.tick_labels.iter().enumerate() {
            label.set_hidden(number >= shown);
        }
    }

    fn label_tick(&self, label: &HtmlElement, at: Duration, step: Duration) {
        set_property(label, "--at", &decimal_millis(at));
        label.set_text_content(Some(&tick_label(at, step)));
    }

    fn paint_rows(&'static self, state: &mut State, sheet: &Rc<RunView>) -> Result<(), JsValue> {
        let rows = state.rows();
        let window = match state.window {
            Some(window) => window,
            None => self.measure(state, rows)?,
        };
        let scroll = state.scroll;
        let visible = window.visible(scroll);
        let mut wanted: Vec<_> = visible.clone().collect();
        // The row that has the focus, or will get it, stays in the document wherever it is.
        if rows > 0 && !visible.contains(&state.current) {
            let at = if state.current < visible.start { 0 } else { wanted.len() };
            wanted.insert(at, state.current);
        }
        self.recycle(state, &wanted)?;
        let in_view: Vec<_> = wanted.iter().filter_map(|row| state.item(*row)).collect();
        sheet.name(&in_view, &self.names);
        let near = in_view.first().copied().unwrap_or(0).saturating_sub(60)
            ..in_view.last().copied().unwrap_or(0) + 60;
        let current = state.current;
        for (view, (row, item)) in state.views.iter_mut().zip(wanted.iter().zip(&in_view)) {
            view.place(*row, window.top_of(*row, scroll));
            view.element.set_tab_index(if *row == current { 0 } else { -1 });
            if view.is_stale(*item, sheet.version(*item)) {
                view.show(sheet, *item);
            }
            if !self.thumbnails_wait.get()
                && view.show_thumbnail(&self.thumbnails)
                && self.thumbnails.has_room()
                && let Some(images) = sheet.images_of(*item)
            {
                self.decode(*item, images, near.clone());
            }
        }
        Ok(())
    }

    fn decode(&'static self, item: ItemId, images: Images, near: std::ops::Range<ItemId>) {
        spawn_local(async move {
            self.thumbnails.decode(item, images, near).await;
            self.request_frame();
        });
    }

    /// Gives each wanted row an element, moving only those that are no longer wanted, and keeps
    /// the document in the order of the rows.
    fn recycle(&self, state: &mut State, wanted: &[usize]) -> Result<(), JsValue> {
        let (kept, free): (Vec<_>, Vec<_>) =
            state.views.drain(..).partition(|view| wanted.binary_search(&view.index).is_ok());
        for view in free {
            view.element.remove();
            state.spare.push(view);
        }
        let mut kept = kept.into_iter().peekable();
        for row in wanted {
            if let Some(view) = kept.next_if(|view| view.index == *row) {
                state.views.push(view);
                continue;
            }
            let mut view = match state.spare.pop() {
                Some(view) => view,
                None => RowView::new(&self.template)?,
            };
            view.index = usize::MAX;
            let before: Option<&Node> = kept.peek().map(|next| &**next.element);
            self.body.insert_before(&view.element, before)?;
            state.views.push(view);
        }
        Ok(())
    }

    /// Measures a row and the view, and gives the body its height.
    fn measure(&self, state: &mut State, rows: usize) -> Result<Window, JsValue> {
        if state.views.is_empty() {
            let view = RowView::new(&self.template)?;
            self.body.append_child(&view.element)?;
            state.views.push(view);
        }
        let row_height = state.views.first().map_or(0, |view| view.element.offset_height());
        // The height of the view follows from that of the body, up to what the style sheet allows.
        let mut window = Window { rows, row_height: f64::from(row_height.max(1)), view_height: 0.0 };
        self.body.style().set_property("height", &text![window.height() as u64, "px"])?;
        window.view_height = f64::from((self.viewport.client_height() - self.head.offset_height()).max(1));
        state.window = Some(window);
        Ok(window)
    }

    fn tell_figures(&self, state: &mut State, sheet: &RunView) {
        let row = state.pointed.or_else(|| has_focus(&self.body).then_some(state.current));
        let told = row.and_then(|row| state.item(row)).map(|item| (item, sheet.version(item)));
        if told == state.told {
            return;
        }
        state.told = told;
        let text = told.map_or_else(
            || INVITATION.to_owned(),
            |(item, _)| text![sheet.name_of(item), ": ", figures_text(&sheet.rows.borrow().as_slice()[item])],
        );
        self.figures.set_text_content(Some(&text));
    }

    fn key(&'static self, event: &Event) {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        {
            let state = &mut *self.state.borrow_mut();
            let (Some(window), Some(last)) = (state.window, state.rows().checked_sub(1)) else { return };
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
            let scroll = window.scroll_to(state.current, state.scroll).round();
            self.viewport.set_scroll_top(scroll as i32);
            state.scroll = scroll;
        }
        self.focus_current();
    }

    fn focus_current(&'static self) {
        // The row must be in the document before it can have the focus.
        self.paint();
        let state = self.state.borrow();
        let current = state.views.iter().find(|view| view.index == state.current);
        let element = current.map(|view| view.element.clone());
        drop(state);
        if let Some(element) = element {
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    }
}

fn prefers_reduced_motion() -> bool {
    let query = window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)"));
    query.ok().flatten().is_some_and(|query| query.matches())
}
