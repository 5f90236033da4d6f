//! Browsers, and the WebDriver servers that drive them.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::origin::free_port;
use crate::process::Group;
use crate::setup::{apt, tools};
use crate::workspace;

pub use support::BrowserKind as Browser;

/// The longest time that a driver or a display needs to start on a busy machine.
const START: Duration = Duration::from_secs(30);

/// The program of a browser.
pub fn browser_program(browser: Browser) -> Result<PathBuf> {
    match browser {
        Browser::Chromium => apt::CHROMIUM.found(),
        Browser::Firefox => apt::FIREFOX.found(),
        Browser::WebKit => mini_browser(Path::new("/usr/lib"))
            .context("missing: WebKitGTK's MiniBrowser; it comes with libwebkit2gtk-4.1-0, below /usr/lib"),
    }
}

/// The WebDriver server of a browser.
pub fn driver_program(browser: Browser) -> Result<PathBuf> {
    match browser {
        Browser::Chromium => apt::CHROMEDRIVER.found(),
        Browser::Firefox => tools::GECKODRIVER.found(),
        Browser::WebKit => apt::WEBKIT.found(),
    }
}

/// A running WebDriver server. Dropping it ends the server and its browsers.
#[derive(Debug)]
pub struct Driver {
    /// The address that it listens at.
    pub address: String,
    /// Its own folder for downloads. WebKit's MiniBrowser always saves them to its home folder, so this is
    /// its home.
    pub home: PathBuf,
    // In this order: the display ends after the windows on it.
    _server: Group,
    _display: Option<Display>,
}

impl Driver {
    /// Starts the browser's driver on a free port and waits until it listens. Drivers of the same browser
    /// that run at the same time need different purposes.
    pub fn start(browser: Browser, purpose: &str) -> Result<Self> {
        let program = driver_program(browser)?;
        let port = free_port(0, &[])?;
        let mut command = Command::new(&program);
        if browser == Browser::Firefox {
            // Tests of the extension press a button of the browser's own window.
            command.arg("--allow-system-access");
        }
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        // The others are headless.
        let display = match browser {
            Browser::WebKit => Some(Display::start()?),
            Browser::Chromium | Browser::Firefox => None,
        };
        if let Some(display) = &display {
            command.env("DISPLAY", &display.name);
        }
        if browser == Browser::WebKit && rustix::process::geteuid().is_root() {
            // Its sandbox refuses root, the user of most containers; the tests' pages are trusted.
            command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
        }
        let home = workspace::target().join("webdriver").join(format!("{}-{purpose}", browser.id()));
        fs_err::create_dir_all(&home)?;
        if browser == Browser::WebKit {
            command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join(".config"));
        }
        let mut server = Group::start(&mut command)?;
        let deadline = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if Instant::now() >= deadline || server.has_ended()? {
                bail!("{} did not start listening on port {port}", program.display());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let address = format!("http://127.0.0.1:{port}");
        Ok(Self { address, home, _server: server, _display: display })
    }
}

/// A virtual screen. Dropping it ends its server.
#[derive(Debug)]
struct Display {
    name: String,
    _server: Group,
}

impl Display {
    fn start() -> Result<Self> {
        let mut xvfb = Command::new(apt::XVFB.found()?);
        // `-displayfd 1` prints the number of the free display that it chose. Without `-noreset` it resets
        // when its last window closes, and refuses a browser that connects at that moment; the driver
        // would wait for that browser for ever.
        xvfb.arg("-noreset")
            .args(["-displayfd", "1", "-screen", "0", "1440x1200x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = Group::start(&mut xvfb)?;
        let number =
            server.lines()?.recv_timeout(START).context("Xvfb did not print the number of its display")?;
        Ok(Self { name: format!(":{}", number.trim()), _server: server })
    }
}

/// `MiniBrowser` is not on PATH: Debian installs it in `/usr/lib/ARCH/webkit2gtk-4.1/`.
fn mini_browser(lib: &Path) -> Option<PathBuf> {
    let inside = |dir: &Path| fs::read_dir(dir).into_iter().flatten().flatten();
    inside(lib)
        .flat_map(|arch| inside(&arch.path()))
        .filter(|dir| dir.file_name().to_string_lossy().starts_with("webkit2gtk-"))
        .map(|dir| dir.path().join("MiniBrowser"))
        .find(|program| program.is_file())
}
