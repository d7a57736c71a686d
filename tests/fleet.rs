//! A launch day with twenty thousand players, an outage of the studio's server and one of k-ID: `examples/fleet` with
//! fewer players. docs/fleet.md has the figures of a million.

#[path = "../examples/fleet/day.rs"]
mod day;
#[path = "../examples/fleet/measure.rs"]
mod measure;
#[path = "../examples/fleet/servers.rs"]
mod servers;

use day::{Day, Plan};

#[test]
fn the_servers_meet_no_crowd_after_an_outage() {
    let report = Day::new(Plan::of(20_000, 1)).run();
    println!("{report}");
    assert_eq!(report.check(), Ok(()));
    assert_eq!(report.consented, 20_000);
    assert!(report.launches > 30_000 && report.webhooks > 1_000, "the day is a day");
}
