//! Browsers, and the WebDriver servers that drive them.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::origin::free_port;
use crate::process::Group;
use crate::setup::{apt, tools};
use crate::workspace;

/// What a driver or a display needs at most to get ready on a busy machine.
const START: Duration = Duration::from_secs(30);

/// A browser that tests run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Or Chrome.
    Chromium,
    /// The extended-support release will do.
    Firefox,
    /// WebKitGTK's MiniBrowser.
    WebKit,
}

impl Browser {
    /// What the tests call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The browser itself.
    pub fn program(self) -> Result<PathBuf> {
        match self {
            Self::Chromium => apt::CHROMIUM.found(),
            Self::Firefox => apt::FIREFOX.found(),
            Self::WebKit => mini_browser(Path::new("/usr/lib")).ok_or_else(|| Error::Missing {
                what: "WebKitGTK's MiniBrowser".to_owned(),
                remedy: "it comes with libwebkit2gtk-4.1-0, below /usr/lib".to_owned(),
            }),
        }
    }

    /// Its WebDriver server.
    pub fn driver_program(self) -> Result<PathBuf> {
        match self {
            Self::Chromium => apt::CHROMEDRIVER.found(),
            Self::Firefox => tools::GECKODRIVER.found(),
            Self::WebKit => apt::WEBKIT.found(),
        }
    }
}

/// A running WebDriver server, ended with its browsers when this is dropped.
#[derive(Debug)]
pub struct Driver {
    /// Where it listens.
    pub address: String,
    /// A folder of its own, for downloads: WebKit's MiniBrowser saves them in its home folder, which this
    /// is, and can't be told where to.
    pub home: PathBuf,
    // In this order: a display ends after what is shown on it.
    _server: Group,
    _display: Option<Display>,
}

impl Driver {
    /// Starts the browser's driver on a free port and waits until it listens. Drivers that run side by
    /// side for the same browser have different purposes.
    pub fn start(browser: Browser, purpose: &str) -> Result<Self> {
        let program = browser.driver_program()?;
        let port = free_port(0, &[])?;
        let mut command = Command::new(&program);
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        // The others are headless by themselves.
        let display = match browser {
            Browser::WebKit => Some(Display::start()?),
            Browser::Chromium | Browser::Firefox => None,
        };
        if let Some(display) = &display {
            command.env("DISPLAY", &display.name);
        }
        if browser == Browser::WebKit && rustix::process::geteuid().is_root() {
            // Its sandbox refuses root, which is what containers run tests as; the pages are ours.
            command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
        }
        let home = workspace::target().join("webdriver").join(format!("{}-{purpose}", browser.name()));
        fs::create_dir_all(&home).map_err(Error::io("make", &home))?;
        if browser == Browser::WebKit {
            command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join(".config"));
        }
        let mut server = Group::start(&mut command)?;
        let deadline = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if Instant::now() >= deadline || server.has_ended()? {
                return Err(Error::Unexpected(format!(
                    "{} did not start listening on port {port}",
                    program.display()
                )));
            }
            thread::sleep(Duration::from_millis(50));
        }
        let address = format!("http://127.0.0.1:{port}");
        Ok(Self { address, home, _server: server, _display: display })
    }
}

/// A screen that nobody sees, ended when this is dropped.
#[derive(Debug)]
struct Display {
    name: String,
    _server: Group,
}

impl Display {
    fn start() -> Result<Self> {
        let mut xvfb = Command::new(apt::XVFB.found()?);
        // It chooses a free display itself, and prints the number on descriptor 1.
        // Otherwise it begins anew whenever its last window goes, and refuses a browser that comes
        // at that moment; the driver would wait for that browser for ever.
        xvfb.arg("-noreset")
            .args(["-displayfd", "1", "-screen", "0", "1440x1200x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = Group::start(&mut xvfb)?;
        let number = server
            .lines()?
            .recv_timeout(START)
            .map_err(|_| Error::Unexpected("Xvfb did not say which display it has".to_owned()))?;
        Ok(Self { name: format!(":{}", number.trim()), _server: server })
    }
}

/// `MiniBrowser` has no place on PATH: Debian puts it in `/usr/lib/ARCH/webkit2gtk-4.1/`.
fn mini_browser(lib: &Path) -> Option<PathBuf> {
    let inside = |dir: &Path| fs::read_dir(dir).into_iter().flatten().flatten();
    inside(lib)
        .flat_map(|arch| inside(&arch.path()))
        .filter(|dir| dir.file_name().to_string_lossy().starts_with("webkit2gtk-"))
        .map(|dir| dir.path().join("MiniBrowser"))
        .find(|program| program.is_file())
}
