//! The benchmark: fetchzip against plain fetching and against its peers, in a browser.
//!
//! `cargo xtask bench` installs, builds and starts what it needs, and runs it.
//! `docs/performance.md` says what is measured and how.
//!
//! ```text
//! workload ─▶ origin: the images, made and checksummed beforehand, in a process of their own
//!          ─▶ rounds: contenders take turns ─▶ turn: one page, one run, one archive read back
//!                         │                      │ session: the browser
//!                         │                      │ sampler: its memory and disk space
//!                         ▼                      │ site: the page, and where archives are checked
//!                       report                   ▼
//! ```

mod archive;
mod crc;
mod disk;
mod environment;
mod host;
mod load;
mod machine;
mod origin;
mod processes;
mod report;
mod rounds;
mod sampler;
mod schedule;
mod session;
mod site;
mod soak;
mod statistics;
mod trouble;
mod turn;
mod workload;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Error, Result};
use bench_options::{BrowserKind, Command, Options};
use environment::Environment;
use machine::Machine;
use origin::Origin;
use report::{BrowserReport, Report};
use rounds::Setup;
use session::Session;
use site::Site;
use workload::Workload;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = bench_options::parse(&arguments).map_err(Error::msg)?;
    if command == Command::Help {
        print!("{}", bench_options::USAGE);
        return Ok(());
    }
    let environment = Environment::read()?;
    fs_err::create_dir_all(&environment.output)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Workloads(options) => workloads(&environment, &options).await,
            Command::Crc(browsers) => crc_32(&environment, &browsers).await,
            Command::Soak { browsers, minutes: None } => soak_in(&environment, &browsers).await,
            Command::Soak { browsers, minutes: Some(minutes) } => {
                trouble_in(&environment, &browsers, minutes).await
            }
            Command::Load => first_visits(&environment).await,
            Command::Help => Ok(()),
        }
    })
}

async fn workloads(environment: &Environment, options: &Options) -> Result<()> {
    let start = Instant::now();
    let site = Site::start(environment.folders.clone())?;
    let mut report =
        Report { machine: Machine::here(), version: environment.version.clone(), browsers: Vec::new() };
    for browser in &options.browsers {
        let driver = environment::driver(*browser)?;
        let origin = Origin::start(&environment.origin)?;
        let mut session = Session::open(*browser, &driver).await?;
        eprintln!("\nmeasuring in {}", session.version);
        let setup = Setup { origin: &origin, site: &site, browser: *browser, driver: &driver };
        report.browsers.push(BrowserReport { version: session.version.clone(), workloads: Vec::new() });
        for workload in Workload::all_of(options) {
            let measured = rounds::measure(&setup, &mut session, workload, options).await?;
            if let Some(of_browser) = report.browsers.last_mut() {
                of_browser.workloads.push(measured);
            }
            // A long run that is interrupted leaves a report of what it has measured.
            report.write(&environment.output)?;
        }
        session.close().await;
    }
    println!("\n{}", report.text());
    println!(
        "measured in {:.0} s; {} has report.md, report.json and chart.svg",
        start.elapsed().as_secs_f64(),
        environment.output.display()
    );
    Ok(())
}

async fn crc_32(environment: &Environment, browsers: &[BrowserKind]) -> Result<()> {
    let site = Site::start(environment.folders.clone())?;
    let mut measured = Vec::new();
    for browser in browsers {
        let session = Session::open(*browser, &environment::driver(*browser)?).await?;
        eprintln!("measuring CRC-32 in {}, about a minute", session.version);
        measured.push((session.version.clone(), crc::measure(&session, site.address()).await?));
        session.close().await;
    }
    let text = crc::report(&Machine::here(), &environment.version, &measured, &environment.output)?;
    println!("\n{text}");
    Ok(())
}

async fn soak_in(environment: &Environment, browsers: &[BrowserKind]) -> Result<()> {
    let site = Site::start(environment.folders.clone())?;
    let mut measured = Vec::new();
    for browser in browsers {
        let origin = Origin::start(&environment.origin)?;
        let session = Session::open(*browser, &environment::driver(*browser)?).await?;
        eprintln!("measuring memory in {}, about two minutes", session.version);
        measured.push((session.version.clone(), soak::measure(&session, site.address(), &origin).await?));
        session.close().await;
    }
    let text = soak::report(&Machine::here(), &environment.version, &measured, &environment.output)?;
    println!("\n{text}");
    Ok(())
}

async fn trouble_in(environment: &Environment, browsers: &[BrowserKind], minutes: u32) -> Result<()> {
    let site = Site::start(environment.folders.clone())?;
    let mut measured = Vec::new();
    for browser in browsers {
        let origin = Origin::start(&environment.origin)?;
        let session = Session::open(*browser, &environment::driver(*browser)?).await?;
        eprintln!("making runs in {} for {minutes} minutes", session.version);
        let (samples, verdict) = trouble::measure(&session, &site, &origin, minutes).await?;
        measured.push((session.version.clone(), samples, verdict));
        session.close().await;
    }
    let text = trouble::report(&Machine::here(), &environment.version, &measured, &environment.output)?;
    println!("\n{text}");
    Ok(())
}

async fn first_visits(environment: &Environment) -> Result<()> {
    let address = host::start(&environment::page()?)?;
    let visits = load::measure(&environment::driver(BrowserKind::Chromium)?, &address).await?;
    let text = load::report(&Machine::here(), &environment.version, &visits, &environment.output)?;
    println!("\n{text}");
    Ok(())
}
