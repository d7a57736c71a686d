//! A conditional GET on a kept connection, answered 304.

use super::{
    Context,
    partner::{Partner, Rounds, program, rust},
    row::{Mark, Row},
    server::{Answers, Server},
};

const AREA: &str = "HTTP, 304";

/// The rows of this bench.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let server = Server::start(Answers::default())?;
    let port = server.port.to_string();
    let mut plain = program(context, "get.c", &["-lcurl"])?;
    let mut ours = rust(context)?;
    let mut partners = [
        Partner::start("get.c", plain.arg(&port))?,
        Partner::start("get", ours.args(["get", &port]))?,
    ];
    let rounds = Rounds::of(&mut partners, context.rounds.max(10))?;
    let row = |ours: (&str, &str), other: (&str, &str), mark| rounds.row(AREA, ours, other, mark);
    let raw = ("a raw socket", "raw");
    Ok(vec![
        row(("inside the transport", "inside"), raw, Mark::AtMost(1.8))?,
        row(
            ("libcurl", "curl"),
            ("inside the transport", "inside"),
            Mark::AtLeast(1.0),
        )?,
        row(("with the hand-off to the worker and back", "handed"), raw, Mark::None)?,
        row(
            ("p99 inside the transport", "inside_p99"),
            ("p99 of a raw socket", "raw_p99"),
            Mark::None,
        )?,
        row(
            ("p99 of libcurl", "curl_p99"),
            ("p99 inside the transport", "inside_p99"),
            Mark::None,
        )?,
    ])
}
