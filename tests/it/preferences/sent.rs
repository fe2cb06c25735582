//! What is preferred, where something is sent.

use nohop::{ErrorKind, Preferences};
use nohop_testkit::{Emulator, Fault};

use crate::road::{MODES, ask, hello, road};

#[tokio::test(start_paused = true)]
async fn fallbacks_that_a_request_forbids_are_not_made_however_it_is_asked() {
    for mode in MODES {
        let second = Emulator::anthropic().says("The second.");
        let road = road(Emulator::openai().fault(Fault::Overloaded), second).await;
        let alone = Preferences { allow_fallbacks: Some(false), ..Preferences::default() };

        let error = ask(&road.router, hello().prefer(alone), mode).await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::Overloaded);
        assert!(road.first.journal().calls() > 0);
        assert_eq!(road.second.journal().calls(), 0);
        let response = ask(&road.router, hello(), mode).await.unwrap();
        assert_eq!(response.text(), "The second.");
    }
}
