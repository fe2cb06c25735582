use nohop_types::Request;

use crate::testing::moment;
use crate::{Facts, Rows};

#[test]
fn offers_are_compared_by_what_a_request_costs() {
    let text = "source t 2026-11-12 a test
model acme/big
 limits 100000 1000
provider acme
offer big
 model acme/big
 rate t input 1 output 2
provider cheap
offer big
 model acme/big
 rate t input 0.5 output 1
provider tiny
offer big
 model acme/big
 limits 100 10
 rate t input 0.1 output 0.1
provider unknown
offer big
 model acme/big
";
    let catalog = Rows::read(text).unwrap().pack().unwrap();
    let (model, _) = catalog.model("acme/big").unwrap();
    let request = Request::new("acme/big").user("Why is the sky blue?").max_tokens(500);
    let compared = model.compare(&request, &Facts::new(), moment("2026-11-12 12:00"));
    let order: Vec<&str> = compared.iter().map(|it| it.offer.provider()).collect();
    assert_eq!(order, ["cheap", "acme", "unknown", "tiny"]);
    assert_eq!(compared[3].fits, Some(false));
    assert!(compared[2].bill.is_none());
}
