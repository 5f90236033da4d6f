//! A job as bytes, for the worker.

use std::rc::Rc;
use std::time::Duration;

use super::{ArchiveOptions, IS_INTERACTIVE, Job, JournalNotes, Order, Reused};
use crate::bytes::{ByteReader, PutBytes};
use crate::image::Accepted;
use crate::plan::{Item, ItemId, LeftOut, NameTemplate, Plan, Relay, SignIn};
use crate::run::{CacheMode, Credentials, Limits, RetryPolicy, Settings};

/// Appends a job.
pub fn put_job(out: &mut Vec<u8>, job: &Job) {
    let Job { plan, template, settings, archive, started, order, reused, journal, resumes } = job;
    out.put_text(Some(template.source()));
    put_settings(out, settings);
    archive.put(out);
    out.put_f64(*started);
    out.put_u8(*order as u8);
    if IS_INTERACTIVE {
        out.put_text(plan.relay().map(Relay::href));
        put_sign_in(out, plan.sign_in());
        out.put_text(resumes.as_deref());
        out.put_u32(reused.len() as u32);
        reused.iter().for_each(|reused| put_reused(out, reused));
        out.put_text(journal.as_ref().map(|notes| notes.source.as_str()));
        out.put_text(journal.as_ref().map(|notes| notes.options.as_str()));
    }
    put_plan_items(out, job, 0);
}

/// Appends the items of a job's plan from this one on, and whether more may arrive.
pub fn put_plan_items(out: &mut Vec<u8>, job: &Job, first: ItemId) {
    let Job { plan, template, archive, .. } = job;
    out.put_u8(u8::from(plan.is_open()));
    for id in first..plan.len() {
        let item = &plan.items()[id];
        // An invalid address is invalid on the other side as well; the reason stays with the page. That of an
        // entry of the caller's own is empty.
        out.put_text(item.address.as_ref().ok().map(|address| address.href.as_str()));
        out.put_text(item.name.as_deref());
        out.put_u32(item.fallbacks.len() as u32);
        item.fallbacks.iter().for_each(|fallback| out.put_text(Some(&fallback.address.href)));
        // What only the list knows for the template and the record.
        item.list_values(template).for_each(|value| out.put_text(Some(&value)));
        if archive.manifest.is_some() {
            out.put_u64(item.line.unwrap_or_default() as u64);
        }
        out.put_u8(u8::from(item.left_out.is_some()));
        if let Some(reason) = item.left_out {
            reason.put(out);
        }
    }
}

/// Reads what [`put_job`] has appended. Addresses travel as the browser's parser has written them, so that no
/// list is parsed in a worker.
pub fn read_job(reader: &mut ByteReader<'_>) -> Option<Job> {
    let template = NameTemplate::parse(&reader.text()??).ok()?;
    let settings = read_settings(reader)?;
    let archive = ArchiveOptions::read(reader)?;
    let started = reader.f64()?;
    let order = if reader.bool()? { Order::Completion } else { Order::Input };
    let (mut via, mut resumes, mut journal) = (None, None, None);
    let (mut reused, mut sign_in) = (Vec::new(), SignIn::default());
    if IS_INTERACTIVE {
        via = read_relay(reader)?;
        sign_in = read_sign_in(reader)?;
        resumes = reader.text()?;
        for _ in 0..reader.u32()? {
            reused.push(read_reused(reader)?);
        }
        let notes = reader.text()?.zip(reader.text()?);
        journal = notes.map(|(source, options)| JournalNotes { source, options });
    }
    let mut plan = Plan::default();
    read_plan_items(reader, &plan, &template, &archive)?;
    if via.is_some() {
        plan = plan.with_relay(via);
    }
    let plan = plan.with_sign_in(sign_in);
    Some(Job { plan: Rc::new(plan), template, settings, archive, started, order, reused, journal, resumes })
}

/// Reads what [`put_plan_items`] has appended, and appends the items to a plan.
pub fn read_plan_items(
    reader: &mut ByteReader<'_>,
    plan: &Plan,
    template: &NameTemplate,
    archive: &ArchiveOptions,
) -> Option<()> {
    plan.set_open(reader.bool()?);
    while !reader.is_empty() {
        let address = reader.text()?;
        let name = reader.text()?;
        let mut fallbacks = Vec::new();
        for _ in 0..reader.u32()? {
            fallbacks.push(reader.text()??);
        }
        let mut values = Vec::new();
        for _ in template.list_fields() {
            values.push(reader.text()??);
        }
        let line = if archive.manifest.is_some() { reader.usize()? } else { 0 };
        let line = Some(line).filter(|line| *line > 0);
        let left_out = if reader.bool()? { Some(LeftOut::read(reader)?) } else { None };
        plan.push_parsed(address, fallbacks, Item { name, line, values, left_out, ..Item::default() });
    }
    Some(())
}

fn put_reused(out: &mut Vec<u8>, reused: &Reused) {
    let Reused { item, offset, size, crc32, modified, final_url, media_type } = reused;
    for number in [*item as u64, *offset, *size] {
        out.put_u64(number);
    }
    out.put_u32(*crc32);
    out.put_u8(u8::from(modified.is_some()));
    out.put_u64(modified.unwrap_or_default().cast_unsigned());
    out.put_text(final_url.as_deref());
    out.put_text(media_type.as_deref());
}

fn read_reused(reader: &mut ByteReader<'_>) -> Option<Reused> {
    let (item, offset, size, crc32) = (reader.usize()?, reader.u64()?, reader.u64()?, reader.u32()?);
    let (has_time, modified) = (reader.bool()?, reader.u64()?.cast_signed());
    let modified = has_time.then_some(modified);
    let (final_url, media_type) = (reader.text()?, reader.text()?);
    Some(Reused { item, offset, size, crc32, modified, final_url, media_type })
}

/// Reads the address of a relay, if there is one.
pub fn read_relay(reader: &mut ByteReader<'_>) -> Option<Option<Relay>> {
    match reader.text()? {
        None => Some(None),
        Some(href) => Relay::from_href(href).map(Some),
    }
}

/// Appends the hosts that are asked in the user's name.
pub fn put_sign_in(out: &mut Vec<u8>, sign_in: &SignIn) {
    let SignIn { hosts, at_once } = sign_in;
    out.put_u64(*at_once as u64);
    out.put_u32(hosts.len() as u32);
    hosts.iter().for_each(|host| out.put_text(Some(host)));
}

/// Reads what [`put_sign_in`] has appended.
pub fn read_sign_in(reader: &mut ByteReader<'_>) -> Option<SignIn> {
    let mut sign_in = SignIn { at_once: reader.usize()?, ..SignIn::default() };
    for _ in 0..reader.u32()? {
        sign_in.hosts.push(reader.text()??);
    }
    Some(sign_in)
}

/// Appends settings.
pub fn put_settings(out: &mut Vec<u8>, settings: &Settings) {
    let Settings {
        limits,
        is_adaptive,
        timeout,
        cache,
        credentials,
        is_supplied,
        accepted,
        reject_truncated,
        max_overflow,
        waits_for_space,
        is_rehearsal,
    } = *settings;
    let Limits {
        concurrency,
        per_origin,
        retry,
        renews,
        min_bytes_per_second,
        slow_after,
        image_timeout,
        max_bytes,
        max_total_bytes,
    } = limits;
    out.extend([is_adaptive, reject_truncated, waits_for_space, is_rehearsal].map(u8::from));
    out.extend([is_supplied, renews].map(u8::from));
    out.put_u8(cache as u8);
    out.put_u8(credentials as u8);
    out.put_u8(accepted as u8);
    out.put_u64(max_overflow);
    out.put_duration(timeout);
    out.put_u32(retry.retries);
    out.put_duration(slow_after);
    out.put_duration(image_timeout.unwrap_or(Duration::MAX));
    for number in [concurrency as u64, per_origin as u64, min_bytes_per_second] {
        out.put_u64(number);
    }
    for limit in [max_bytes, max_total_bytes] {
        out.put_u64(limit.unwrap_or(u64::MAX));
    }
}

/// Reads what [`put_settings`] has appended.
pub fn read_settings(reader: &mut ByteReader<'_>) -> Option<Settings> {
    let (is_adaptive, reject_truncated) = (reader.bool()?, reader.bool()?);
    let (waits_for_space, is_rehearsal) = (reader.bool()?, reader.bool()?);
    let (is_supplied, renews) = (reader.bool()?, reader.bool()?);
    let cache = *CacheMode::ALL.get(usize::from(reader.u8()?))?;
    let credentials = *Credentials::ALL.get(usize::from(reader.u8()?))?;
    let accepted = *Accepted::ALL.get(usize::from(reader.u8()?))?;
    let (max_overflow, timeout) = (reader.u64()?, reader.duration()?);
    let retry = RetryPolicy { retries: reader.u32()? };
    let slow_after = reader.duration()?;
    // As nanoseconds in 64 bits, the longest time is 584 years.
    let image_timeout = Some(reader.duration()?).filter(|time| *time < Duration::from_nanos(u64::MAX));
    // A number that does not fit can only mean that there is no limit.
    let mut number = || reader.u64().map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    let (concurrency, per_origin) = (number()?, number()?);
    let min_bytes_per_second = reader.u64()?;
    let mut limit = || reader.u64().map(|limit| Some(limit).filter(|limit| *limit != u64::MAX));
    let (max_bytes, max_total_bytes) = (limit()?, limit()?);
    let limits = Limits {
        concurrency,
        per_origin,
        retry,
        renews,
        min_bytes_per_second,
        slow_after,
        image_timeout,
        max_bytes,
        max_total_bytes,
    };
    Some(Settings {
        limits,
        is_adaptive,
        timeout,
        cache,
        credentials,
        is_supplied,
        accepted,
        reject_truncated,
        max_overflow,
        waits_for_space,
        is_rehearsal,
    })
}
