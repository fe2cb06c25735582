use super::*;

/// Any request, but for what is never serialized.
pub(crate) fn request() -> impl Strategy<Value = Request> {
    let asked = (text(), vec(message(), 0..3), vec(tool(), 0..3), of(choice()), of(parallel()));
    let served = (of(tier()), select(vec![Priority::Low, Priority::Normal, Priority::High]));
    let shaped = (of(output()), sampling(), of(any::<u64>()), thinking(), served);
    let told = (vec(modality(), 0..2), of(text()), of(verbosity()), of(mark()));
    let words = || btree_map(text(), text(), 0..2);
    let known = (of(text()), of(text()), words(), words(), extras(), of(preferences()));
    (asked, shaped, told, known).prop_map(|(asked, shaped, told, known)| {
        let (model, messages, tools, tool_choice, parallel) = asked;
        let (output, sampling, max_tokens, thinking, (tier, priority)) = shaped;
        let (modalities, prediction, verbosity, cache) = told;
        let (user, session, metadata, tags, extra, preferences) = known;
        Request {
            model,
            messages,
            tools,
            tool_choice,
            parallel,
            output,
            sampling,
            max_tokens,
            thinking,
            tier,
            priority,
            modalities,
            prediction,
            verbosity,
            cache,
            user,
            session,
            metadata,
            tags,
            extra,
            preferences: preferences.map(Box::new),
            key: None,
            headers: Vec::new(),
        }
    })
}

fn preferences() -> BoxedStrategy<Preferences> {
    let names = || vec(text(), 0..2);
    let named = (names(), names(), names(), names(), names());
    let flag = || of(any::<bool>());
    let flags = (flag(), flag(), flag(), flag(), of(text()));
    let data = of(select(vec![DataCollection::Allow, DataCollection::Deny, DataCollection::Keep]));
    let speeds = (of(sort()), of(cutoffs()), of(cutoffs()));
    let money = (of(max_price()), of(money()), of(0..1_000_000_u64));
    (named, flags, data, speeds, money)
        .prop_map(|(named, flags, data, speeds, money)| {
            let (models, order, only, ignore, quantizations) = named;
            let (allow_fallbacks, allow_hedging, require_parameters, zdr, region) = flags;
            let (sort, preferred_min_throughput, preferred_max_latency) = speeds;
            let (max_price, max_cost, deadline) = money;
            Preferences {
                models,
                order,
                only,
                ignore,
                allow_fallbacks,
                allow_hedging,
                require_parameters,
                data_collection: data,
                zdr,
                region,
                quantizations,
                sort,
                preferred_min_throughput,
                preferred_max_latency,
                max_price,
                max_cost,
                deadline: deadline.map(Duration::from_millis),
            }
        })
        .boxed()
}

fn sort() -> impl Strategy<Value = Sort> {
    use SortBy::{Latency, Price, Quality, Throughput};
    let by = select(vec![Latency, Price, Quality, Throughput]);
    let partition = select(vec![Partition::Model, Partition::None]);
    (by, partition).prop_map(|(by, partition)| Sort { by, partition })
}

fn cutoffs() -> impl Strategy<Value = Cutoffs> {
    let figure = || of(number());
    let firmness = select(vec![Firmness::Hard, Firmness::Soft]);
    (figure(), figure(), figure(), figure(), firmness)
        .prop_map(|(p50, p75, p90, p99, firmness)| Cutoffs { p50, p75, p90, p99, firmness })
}

fn max_price() -> impl Strategy<Value = MaxPrice> {
    let dollars = || of(money());
    (dollars(), dollars(), dollars(), dollars(), dollars()).prop_map(
        |(prompt, completion, request, image, audio)| MaxPrice {
            prompt,
            completion,
            request,
            image,
            audio,
        },
    )
}

fn message() -> impl Strategy<Value = Message> {
    let role = select(vec![Role::Assistant, Role::System, Role::Tool, Role::User]);
    (role, vec(part(), 0..3), of(text()), extras()).prop_map(|(role, parts, name, extra)| Message {
        role,
        parts,
        name,
        extra,
    })
}

fn tool() -> impl Strategy<Value = Tool> {
    let function = (text(), of(text()), of(schema()), of(any::<bool>())).prop_map(
        |(name, description, schema, strict)| Function { name, description, schema, strict },
    );
    let kind = prop_oneof![
        function.prop_map(ToolKind::Function),
        (text(), json())
            .prop_map(|(dialect, json)| ToolKind::Native { dialect: dialect.into(), json }),
    ];
    (kind, of(mark()), extras()).prop_map(|(kind, cache, extra)| Tool { kind, cache, extra })
}

/// JSON that says something: a schema that is `null` is none.
fn schema() -> impl Strategy<Value = Json> {
    json().prop_filter("null is no schema", |json| json.as_str() != "null")
}

fn choice() -> impl Strategy<Value = ToolChoice> {
    let names = || vec(text(), 0..3);
    prop_oneof![
        select(vec![ToolChoice::Auto, ToolChoice::None, ToolChoice::Required]),
        text().prop_map(ToolChoice::Named),
        names().prop_map(ToolChoice::Allowed),
        names().prop_map(ToolChoice::RequiredOf),
    ]
}

fn parallel() -> impl Strategy<Value = Parallel> {
    select(vec![Parallel::Allow, Parallel::Forbid])
}

fn output() -> impl Strategy<Value = OutputFormat> {
    let schema = (of(text()), of(text()), json(), of(any::<bool>())).prop_map(
        |(name, description, schema, strict)| Schema { name, description, schema, strict },
    );
    prop_oneof![
        select(vec![OutputFormat::JsonObject, OutputFormat::Text]),
        schema.prop_map(OutputFormat::JsonSchema),
    ]
}

fn sampling() -> impl Strategy<Value = Sampling> {
    let number = || of(number());
    let spread = (number(), number(), of(any::<i64>()), number());
    let penalties = (number(), number(), number());
    let bias = btree_map(text(), super::number(), 0..2);
    let rest = (of(any::<i64>()), vec(text(), 0..2), bias, of(any::<u32>()), of(any::<u32>()));
    (spread, penalties, rest).prop_map(|(spread, penalties, rest)| {
        let (temperature, top_p, top_k, min_p) = spread;
        let (frequency_penalty, presence_penalty, repetition_penalty) = penalties;
        let (seed, stop, logit_bias, logprobs, n) = rest;
        Sampling {
            temperature,
            top_p,
            top_k,
            min_p,
            frequency_penalty,
            presence_penalty,
            repetition_penalty,
            seed,
            stop,
            logit_bias,
            logprobs,
            n,
        }
    })
}

fn thinking() -> impl Strategy<Value = Thinking> {
    use Effort::{High, Low, Max, Medium, Minimal, None, XHigh};
    let effort = select(vec![None, Minimal, Low, Medium, High, XHigh, Max]);
    let visibility = select(vec![Visibility::Hidden, Visibility::Summary, Visibility::Full]);
    (of(effort), of(any::<u64>()), of(visibility), of(any::<bool>())).prop_map(
        |(effort, budget, visibility, enabled)| Thinking { effort, budget, visibility, enabled },
    )
}

fn verbosity() -> impl Strategy<Value = Verbosity> {
    use Verbosity::{High, Low, Medium, Other};
    prop_oneof![select(vec![High, Low, Medium]), unheard().prop_map(Other)]
}
