//! The grid of pictures: which are in view, which has the focus, and which are chosen for the archive.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlElement, KeyboardEvent, MouseEvent};

use super::elements::{by_id, focus_in_view, has_focus, is_on, on, set_property, set_shown, window};
use super::frame::Frame;
use super::picture_cells::PictureCells;
use super::picture_tools::PictureTools;
use super::picture_view::PictureView;
use super::run_view::RunView;
use super::thumbnails::{Thumbnails, edge_for};
use super::viewer::Viewer;
use super::views::{View, Views};
use crate::plan::ItemId;
use crate::report::{Grid, Step};
use crate::text::text;
use crate::words;

/// The width in pixels below which a cell has no room for a picture's facts on one line.
const NARROW: f64 = 144.0;

/// The grid, its tools and its viewer.
pub struct Pictures {
    absence: HtmlElement,
    viewport: HtmlElement,
    list: HtmlElement,
    tools: PictureTools,
    viewer: Viewer,
    thumbnails: Thumbnails,
    frame: Frame,
    /// Whether the tab of the pictures is the one that is shown.
    is_shown: Cell<bool>,
    defers_thumbnails: Cell<bool>,
    /// The item that is shown large, or was last.
    viewed: Cell<ItemId>,
    state: RefCell<State>,
}

struct State {
    run: Option<Rc<RunView>>,
    /// The items that are listed; all of them with `None`.
    listed: Option<Rc<[ItemId]>>,
    cells: PictureCells,
    views: Views<PictureView>,
    grid: Option<Grid>,
    /// The longest side of a thumbnail, in pixels.
    edge: u32,
    /// How far the view is scrolled; see [`Table`](super::table::Table).
    scroll: f64,
    /// The cell that has the focus, or would have it.
    current: usize,
    /// The item from which a range is chosen.
    anchor: ItemId,
    /// Whether Shift is held with a key: not every browser says so in the click that a key makes.
    is_shift_held: bool,
}

impl Pictures {
    pub fn find() -> Result<Self, JsValue> {
        let list: HtmlElement = by_id("pictures")?;
        let state = State {
            run: None,
            listed: None,
            cells: PictureCells::default(),
            views: Views::find(&list)?,
            grid: None,
            edge: 0,
            scroll: 0.0,
            current: 0,
            anchor: 0,
            is_shift_held: false,
        };
        Ok(Self {
            absence: by_id("no-pictures")?,
            viewport: by_id("pictures-view")?,
            list,
            tools: PictureTools::find()?,
            viewer: Viewer::find()?,
            thumbnails: Thumbnails::default(),
            frame: Frame::default(),
            is_shown: Cell::default(),
            defers_thumbnails: Cell::default(),
            viewed: Cell::default(),
            state: RefCell::new(state),
        })
    }

    /// Listens; `chosen` is called when other pictures of a run are chosen.
    pub fn bind(&'static self, chosen: impl Fn(&RunView) + Copy + 'static) -> Result<(), JsValue> {
        self.frame.bind(|| self.paint());
        on(&self.viewport, "scroll", |_| {
            if let Ok(mut state) = self.state.try_borrow_mut() {
                state.scroll = f64::from(self.viewport.scroll_top());
            }
            self.frame.request();
        })?;
        on(&*window()?, "resize", |_| self.measure_again())?;
        on(&self.list, "focusin", |event| {
            // The state is borrowed if the grid itself moves the focus.
            if let Ok(mut state) = self.state.try_borrow_mut()
                && let Some(cell) = state.views.of_event(&event)
            {
                state.current = cell;
            }
            self.frame.request();
        })?;
        on(&self.list, "keydown", |event| self.press(&event))?;
        on(&self.list, "keyup", |event| self.note_shift(&event))?;
        on(&self.list, "dblclick", |event| {
            if is_on(&event, "input") {
                self.view_clicked(&event);
            }
        })?;
        on(&self.list, "click", move |event| {
            if is_on(&event, "button") {
                self.view_clicked(&event);
            } else if let Some(run) = self.choose(&event) {
                chosen(&run);
            }
        })?;
        self.tools.bind(
            move || {
                self.filter_again();
                if let Some(run) = &self.run() {
                    chosen(run);
                }
            },
            || self.measure_again(),
            move |is_ticked| {
                if let Some(run) = self.choose_shown(is_ticked) {
                    chosen(&run);
                }
            },
        )?;
        self.bind_viewer(chosen)
    }

    fn bind_viewer(&'static self, chosen: impl Fn(&RunView) + Copy + 'static) -> Result<(), JsValue> {
        let viewer = &self.viewer;
        viewer.bind()?;
        on(&viewer.previous, "click", |_| self.view_next(-1))?;
        on(&viewer.next, "click", |_| self.view_next(1))?;
        on(&viewer.dialog, "close", |_| {
            viewer.clear();
            {
                // The browser has returned the focus to the picture from which the dialog was opened.
                let state = &mut *self.state.borrow_mut();
                state.current = state.cells.cell_of(self.viewed.get());
            }
            self.focus_current();
        })?;
        on(&viewer.tick, "change", move |_| {
            let Some((run, item)) = self.current() else { return };
            run.choice.borrow_mut().set(item, viewer.tick.checked());
            self.frame.request();
            chosen(&run);
        })
    }

    /// Shows a run, of which all pictures are chosen.
    pub fn show(&'static self, run: Rc<RunView>) {
        self.tools.reset();
        {
            let mut state = self.state.borrow_mut();
            (state.run, state.current, state.anchor, state.scroll) = (Some(run), 0, 0, 0.0);
            (state.cells, state.grid, state.listed) = (PictureCells::default(), None, None);
            state.views.forget();
            self.thumbnails.restart(state.edge);
        }
        self.viewport.set_scroll_top(0);
        self.filter_again();
    }

    /// Shows a run that has the same items as the one before, of which the same are chosen.
    pub fn update(&'static self, run: Rc<RunView>) {
        self.state.borrow_mut().run = Some(run);
        self.filter_again();
    }

    /// Shows only these items, in this order; all of them with `None`.
    pub fn list(&'static self, items: Option<Rc<[ItemId]>>) {
        let is_same = std::mem::replace(&mut self.state.borrow_mut().listed, items.clone()) == items;
        if !is_same {
            self.filter_again();
        }
    }

    /// The tab of the pictures is shown, or another one.
    pub fn set_shown(&'static self, is_shown: bool) {
        self.is_shown.set(is_shown);
        if !is_shown {
            // Nothing is kept for what is out of sight.
            let mut state = self.state.borrow_mut();
            self.thumbnails.restart(state.edge);
            return state.views.forget();
        }
        self.state.borrow_mut().scroll = f64::from(self.viewport.scroll_top());
        self.measure_again();
    }

    /// Puts thumbnails off, or shows them again.
    pub fn defer_thumbnails(&self, is_deferred: bool) {
        self.defers_thumbnails.set(is_deferred);
    }

    /// Whether a picture is shown large.
    pub fn is_viewing(&self) -> bool {
        self.viewer.dialog.open()
    }

    fn filter_again(&'static self) {
        {
            let state = &mut *self.state.borrow_mut();
            state.cells.forget();
            if let Some(run) = &state.run {
                run.choice.borrow_mut().set_smallest(self.tools.smallest());
            }
        }
        self.frame.request();
    }

    fn measure_again(&'static self) {
        self.state.borrow_mut().grid = None;
        self.frame.request();
    }

    /// Draws what has changed, if the pictures are shown, and requests the next frame while the run is not
    /// over.
    pub fn paint(&'static self) {
        if !self.is_shown.get() {
            return;
        }
        let keeps_focus = {
            let state = &mut *self.state.borrow_mut();
            let Some(run) = state.run.clone() else { return };
            let absence = run.no_pictures();
            for element in [&self.viewport, &self.tools.element] {
                set_shown(element, absence.is_none());
            }
            if absence.is_some() {
                return self.say(absence);
            }
            let had_focus = has_focus(&self.list);
            let is_filled = state.cells.are_stale(&run);
            if is_filled {
                let listed = state.listed.clone();
                (state.current, state.grid) =
                    (state.cells.fill(&run, listed.as_deref(), state.current), None);
            }
            self.say(state.cells.items.is_empty().then_some(words::pictures::NO_MATCH));
            self.tools.show_tally(run.choice.borrow().tally(&run.rows.borrow()));
            if self.paint_pictures(state, &run).is_err() {
                return; // the page is being closed
            }
            if !run.is_over() {
                self.frame.request();
            }
            is_filled && had_focus
        };
        if keeps_focus {
            self.focus_current();
        }
    }

    /// Says why no pictures are shown, if none are.
    fn say(&self, words: Option<&str>) {
        set_shown(&self.absence, words.is_some());
        if words.is_some() {
            self.absence.set_text_content(words);
        }
    }

    fn paint_pictures(&'static self, state: &mut State, run: &Rc<RunView>) -> Result<(), JsValue> {
        let grid = match state.grid {
            Some(grid) => grid,
            None => self.measure(state)?,
        };
        let (scroll, current) = (state.scroll, state.current);
        let visible = grid.visible(scroll);
        let mut cells: Vec<_> = visible.clone().filter(|cell| state.cells.has_picture(run, *cell)).collect();
        // The picture that has the focus, or would have it, stays in the document wherever it is.
        if !visible.contains(&current) && state.cells.has_picture(run, current) {
            let at = if current < visible.start { 0 } else { cells.len() };
            cells.insert(at, current);
        }
        let reached = if cells.contains(&current) { Some(current) } else { cells.first().copied() };
        let items: Vec<_> = cells.iter().filter_map(|cell| state.cells.items.get(*cell).copied()).collect();
        run.load_names(&items);
        let (shown, near_cells) = (&state.cells, visible.clone());
        let near = || shown.range(near_cells.clone());
        for (view, (cell, item)) in state.views.provide(&cells)?.iter_mut().zip(cells.iter().zip(&items)) {
            view.place(*cell, grid.cells, grid.place(*cell, scroll));
            view.set_reached(reached == Some(*cell));
            view.show(run, *item);
            if !self.defers_thumbnails.get()
                && visible.contains(cell)
                && view.needs_thumbnail(run, &self.thumbnails)
            {
                self.thumbnails.decode_if_possible(run, *item, &near, &self.frame);
            }
        }
        Ok(())
    }

    /// Measures the view and a picture, and sets the height of the list.
    fn measure(&self, state: &mut State) -> Result<Grid, JsValue> {
        let view = (f64::from(self.viewport.client_width()), f64::from(self.viewport.client_height()));
        let mut grid = Grid::new(state.cells.items.len(), view, self.tools.least_width());
        set_property(&self.list, "--cell", &text![grid.cell_width as u64, "px"]);
        self.list.set_class_name(if grid.cell_width < NARROW { "narrow" } else { "" });
        grid.window.row_height = f64::from(state.views.height()?.max(1));
        set_property(&self.list, "height", &text![grid.window.height() as u64, "px"]);
        // The height of the view follows that of the list, up to what the style sheet allows.
        grid.window.view_height = f64::from(self.viewport.client_height().max(1));
        state.grid = Some(grid);
        let edge = edge_for(grid.cell_width)?;
        if state.edge != edge {
            state.edge = edge;
            self.thumbnails.restart(edge);
            state.views.forget();
        }
        Ok(grid)
    }

    fn press(&'static self, event: &Event) {
        self.note_shift(event);
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let step = match event.key().as_str() {
            "ArrowLeft" => Step::Cells(-1),
            "ArrowRight" => Step::Cells(1),
            "ArrowUp" => Step::Rows(-1),
            "ArrowDown" => Step::Rows(1),
            "PageUp" => Step::Pages(-1),
            "PageDown" => Step::Pages(1),
            "Home" => Step::First,
            "End" => Step::Last,
            "Enter" if is_on(event, "input") => {
                event.prevent_default();
                return self.view_current();
            }
            _ => return,
        };
        event.prevent_default();
        self.go(step);
        self.focus_current();
    }

    fn note_shift(&self, event: &Event) {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
            self.state.borrow_mut().is_shift_held = event.shift_key();
        }
    }

    /// Makes another picture the current one, and scrolls to it; returns whether there is another.
    fn go(&self, step: Step) -> bool {
        let state = &mut *self.state.borrow_mut();
        let (Some(grid), Some(run)) = (state.grid, state.run.clone()) else { return false };
        let cell = grid.step(state.current, step, |cell| state.cells.has_picture(&run, cell));
        let is_other = cell != state.current;
        state.current = cell;
        let scroll = grid.scroll_to(cell, state.scroll).round();
        self.viewport.set_scroll_top(scroll as i32);
        state.scroll = scroll;
        is_other
    }

    fn focus_current(&'static self) {
        // The picture must be in the document before it can have the focus.
        self.paint();
        let view = {
            let state = self.state.borrow();
            state.views.get(state.current).map(|view| (view.tick.clone(), view.element().clone()))
        };
        if let Some((tick, picture)) = view {
            focus_in_view(&tick, &picture);
        }
    }

    fn run(&self) -> Option<Rc<RunView>> {
        self.state.borrow().run.clone()
    }

    /// The run and the item of the current picture.
    fn current(&self) -> Option<(Rc<RunView>, ItemId)> {
        let state = self.state.borrow();
        let run = state.run.clone()?;
        state.cells.has_picture(&run, state.current).then(|| (run, state.cells.items[state.current]))
    }

    fn view_clicked(&'static self, event: &Event) {
        {
            // Not every browser moves the focus to what is clicked.
            let state = &mut *self.state.borrow_mut();
            state.current = state.views.of_event(event).unwrap_or(state.current);
        }
        self.view_current();
    }

    fn view_current(&'static self) {
        if let Some((run, item)) = self.current() {
            self.viewed.set(item);
            self.viewer.show(&run, item);
        }
    }

    fn view_next(&'static self, cells: isize) {
        if self.go(Step::Cells(cells)) {
            self.view_current();
        }
    }

    /// Chooses what a click on a box has ticked or unticked: with Shift, all from the last one on. Returns
    /// the run if anything has changed.
    fn choose(&'static self, event: &Event) -> Option<Rc<RunView>> {
        let event = event.dyn_ref::<MouseEvent>().filter(|event| is_on(event, "input"))?;
        let run = {
            let state = &mut *self.state.borrow_mut();
            let cell = state.views.of_event(event)?;
            let (run, item) = (state.run.clone()?, *state.cells.items.get(cell)?);
            let is_ticked = state.views.get(cell)?.tick.checked();
            // A click without a pointer comes from a key.
            let is_range = event.shift_key() || event.detail() == 0 && state.is_shift_held;
            let anchor = if is_range { state.anchor } else { item };
            run.choice.borrow_mut().set_range(&state.cells.items, anchor, item, is_ticked);
            (state.current, state.anchor) = (cell, item);
            run
        };
        self.frame.request();
        Some(run)
    }

    /// Ticks or unticks all pictures that are shown; with `None`, each becomes the opposite.
    fn choose_shown(&'static self, is_ticked: Option<bool>) -> Option<Rc<RunView>> {
        let run = {
            let state = self.state.borrow();
            let run = state.run.clone()?;
            state.cells.choose(&mut run.choice.borrow_mut(), is_ticked);
            run
        };
        self.frame.request();
        Some(run)
    }
}
