use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_origin"))
}

#[test]
fn it_says_where_it_is_and_goes_when_its_input_closes() {
    let mut child = program()
        .args(["--port", "0", "--tls-port", "0", "--cross-port", "0", "--until-stdin-closes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .take_while(|line| line != "ready")
        .collect();
    let beginnings = [
        "origin http://127.0.0.1:",
        "cross http://127.0.0.1:",
        "tls https://localhost:",
        "certificate-spki ",
    ];
    assert_eq!(lines.len(), beginnings.len());
    for (line, beginning) in lines.iter().zip(beginnings) {
        assert!(line.starts_with(beginning), "{line}");
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_taken_port_is_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = program().args(["--port", "0", "--tls-port", "0", "--cross-port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!(
            "origin: port {port} is taken by another program: choose another with --cross-port, or 0 for any\n"
        )
    );
}

#[test]
fn samples_are_a_dozen_small_files_that_decode() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("samples");
    assert!(program().arg("--write-samples").arg(&folder).status().unwrap().success());
    let files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 12);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        assert!(bytes.len() < 25_000, "{} has {} bytes", file.display(), bytes.len());
        image::load_from_memory(&bytes).unwrap();
    }
}
