//! "Undo", which brings back what was thrown away within the last ten seconds.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{AbortHandle, Abortable, LocalBoxFuture, abortable};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::elements::{by_id, has_focus, set_shown};
use crate::browser::Clock;

/// For how long it is offered.
const OFFERED_FOR: Duration = Duration::from_secs(10);

/// The notice, which offers to undo the latest act of several.
pub struct Undo {
    notice: HtmlElement,
    text: Element,
    button: HtmlElement,
    /// The section of the run, and its head, which is always in sight.
    run: HtmlElement,
    head: HtmlElement,
    /// The list of runs, above which the notice is if there has been no run.
    runs: HtmlElement,
    /// Where the focus goes if it was on a notice that is hidden.
    headline: HtmlElement,
    list: HtmlElement,
    offers: RefCell<Vec<Offered>>,
    next_id: Cell<u32>,
    /// End the waiting for the removal of everything.
    waiting: RefCell<Vec<AbortHandle>>,
}

/// Something that was thrown away, and is not removed yet.
struct Offered {
    id: u32,
    words: String,
    end: AbortHandle,
    answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Awaited,
    Undone,
    /// It is being removed.
    Final,
}

/// What was thrown away, from then until it is removed or back. To be kept for that long.
pub struct Offer {
    undo: &'static Undo,
    id: u32,
    time: Abortable<LocalBoxFuture<'static, ()>>,
}

impl Undo {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            notice: by_id("undo-notice")?,
            text: by_id("undo-text")?,
            button: by_id("undo-discard")?,
            run: by_id("run")?,
            head: by_id("run-head")?,
            runs: by_id("runs")?,
            headline: by_id("run-text")?,
            list: by_id("list")?,
            offers: RefCell::default(),
            next_id: Cell::default(),
            waiting: RefCell::default(),
        })
    }

    /// Offers to undo what `words` describe.
    pub fn offer(&'static self, words: &str) -> Offer {
        let id = self.next_id.replace(self.next_id.get() + 1);
        let (time, end) = abortable(Clock::start().sleep_until(OFFERED_FOR).boxed_local());
        self.offers.borrow_mut().push(Offered { id, words: words.into(), end, answer: Answer::Awaited });
        // Both are in the document, so neither fails.
        let _ = match self.run.hidden() {
            true => self.runs.before_with_node_1(&self.notice),
            false => self.head.append_with_node_1(&self.notice),
        };
        self.show();
        Offer { undo: self, id, time }
    }

    /// Moves the focus to the button; returns whether it is there.
    pub fn focus(&self) -> bool {
        self.button.focus().is_ok()
    }

    /// Brings back what was thrown away last.
    pub fn undo(&self) {
        let mut offers = self.offers.borrow_mut();
        if let Some(latest) = offers.iter_mut().rfind(|offer| offer.answer == Answer::Awaited) {
            latest.answer = Answer::Undone;
            latest.end.abort();
        }
    }

    /// Removes all that was thrown away, since its space is needed; returns once it is gone.
    pub async fn finish(&self) {
        self.offers.borrow().iter().for_each(|offer| offer.end.abort());
        if !self.offers.borrow().is_empty() {
            let (wait, end) = abortable(pending::<()>());
            self.waiting.borrow_mut().push(end);
            let _ = wait.await;
        }
    }

    fn close(&self, id: u32) -> bool {
        let mut is_undone = false;
        for offer in self.offers.borrow_mut().iter_mut().filter(|offer| offer.id == id) {
            is_undone = offer.answer == Answer::Undone;
            if !is_undone {
                offer.answer = Answer::Final;
            }
            offer.words.clear();
        }
        self.show();
        is_undone
    }

    fn show(&self) {
        let offers = self.offers.borrow();
        let latest = offers.iter().rfind(|offer| offer.answer == Answer::Awaited);
        let had_focus = has_focus(&self.notice);
        if let Some(offer) = latest {
            self.text.set_text_content(Some(&offer.words));
        }
        set_shown(&self.notice, latest.is_some());
        if had_focus && latest.is_none() {
            let _ = self.headline.focus();
            if !has_focus(&self.headline) {
                let _ = self.list.focus();
            }
        }
    }
}

impl Offer {
    /// Whether it is undone, once that is decided.
    pub async fn is_undone(&mut self) -> bool {
        let _ = (&mut self.time).await;
        self.undo.close(self.id)
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.undo.offers.borrow_mut().retain(|offer| offer.id != self.id);
        self.undo.show();
        if self.undo.offers.borrow().is_empty() {
            self.undo.waiting.take().into_iter().for_each(|wait| wait.abort());
        }
    }
}
