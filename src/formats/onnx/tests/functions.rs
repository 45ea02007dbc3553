//! Local functions that lie, or that this server cannot run: refused by name, and soon.

use std::time::{Duration, Instant};

use prost::Message as _;

use super::{
    super::proto::{AttributeProto, FunctionProto, ModelProto, NodeProto},
    distrust_graphs::{graph, read},
};

fn node(domain: &str, op: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        domain: domain.into(),
        op_type: op.into(),
        input: inputs.iter().map(|name| (*name).into()).collect(),
        output: vec![output.into()],
        ..NodeProto::default()
    }
}

/// A function of one number.
fn function(name: &str, node: Vec<NodeProto>) -> FunctionProto {
    FunctionProto {
        name: name.into(),
        domain: "own".into(),
        input: vec!["X".into()],
        output: vec!["Y".into()],
        node,
        ..FunctionProto::default()
    }
}

/// Why a graph is refused that calls the first of some functions.
fn refused(functions: Vec<FunctionProto>) -> String {
    let mut model = graph("1.20.0-f_calls_float");
    let called = functions[0].name.clone();
    model.functions = functions;
    model.graph.as_mut().unwrap().node = vec![node("own", &called, &["X"], "Y")];
    why(&model)
}

fn why(model: &ModelProto) -> String {
    read(&model.encode_to_vec()).unwrap_err().to_string()
}

#[test]
fn a_function_that_calls_itself_is_refused_by_name() {
    let there = function("there", vec![node("own", "back", &["X"], "Y")]);
    let back = function("back", vec![node("own", "there", &["X"], "Y")]);
    let error = refused(vec![there, back]);
    assert!(
        error.contains("`there`") && error.contains("calls itself"),
        "{error}"
    );
}

/// Functions each of which calls the next one so often.
fn tower(levels: usize, times: usize) -> Vec<FunctionProto> {
    let level = |i: usize| {
        let name = format!("f{}", i + 1);
        let call = |n: usize| {
            let from = if n == 0 {
                "X".to_owned()
            } else {
                format!("a{n}")
            };
            let to = if n + 1 == times {
                "Y".to_owned()
            } else {
                format!("a{}", n + 1)
            };
            if i + 1 == levels {
                node("", "Neg", &[&from], &to)
            } else {
                node("own", &name, &[&from], &to)
            }
        };
        function(&format!("f{i}"), (0..times).map(call).collect())
    };
    (0..levels).map(level).collect()
}

#[test]
fn functions_that_call_each_other_twice_are_refused_soon() {
    let begin = Instant::now();
    let error = refused(tower(30, 2));
    assert!(
        error.contains("come to more than 65536 operators"),
        "{error}"
    );
    assert!(error.contains("`f29`"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[test]
fn functions_that_lie_too_deep_in_each_other_are_refused() {
    let error = refused(tower(60, 1));
    assert!(error.contains("more than 32 deep"), "{error}");
}

#[test]
fn an_operator_that_is_not_known_is_named_with_its_function() {
    let outer = function("outer", vec![node("own", "inner", &["X"], "Y")]);
    let inner = function("inner", vec![node("", "Det", &["X"], "Y")]);
    let error = refused(vec![outer, inner]);
    assert!(error.contains("Det in the function `inner`"), "{error}");
}

#[test]
fn what_an_operator_of_a_function_refuses_names_both() {
    let outer = function("outer", vec![node("own", "inner", &["X"], "Y")]);
    let inner = function("inner", vec![node("", "Neg", &["nothing"], "Y")]);
    let error = refused(vec![outer, inner]);
    assert!(
        error.starts_with("in the function `inner`: the operator Neg"),
        "{error}"
    );
}

#[test]
fn a_function_sees_no_names_of_the_graph() {
    let error = refused(vec![function("f", vec![node("", "Neg", &["limit"], "Y")])]);
    assert!(error.contains("reads `limit`, which nothing"), "{error}");
}

#[test]
fn a_function_in_place_of_an_operator_is_refused() {
    let mut mine = function("Neg", vec![node("", "Abs", &["X"], "Y")]);
    mine.domain = String::new();
    let mut model = graph("1.20.0-f_calls_float");
    model.functions = vec![mine];
    let error = why(&model);
    assert!(error.contains("the function `Neg`"), "{error}");
}

#[test]
fn a_function_that_is_there_twice_is_refused() {
    let f = function("f", vec![node("", "Abs", &["X"], "Y")]);
    let error = refused(vec![f.clone(), f]);
    assert!(error.contains("the function `f` twice"), "{error}");
}

#[test]
fn an_attribute_of_a_function_means_nothing_outside_of_one() {
    let mut model = graph("1.20.0-f_calls_float");
    let mut softmax = node("", "Softmax", &["X"], "Y");
    softmax.attribute.push(AttributeProto {
        name: "axis".into(),
        r#type: 2,
        ref_attr_name: "along".into(),
        ..AttributeProto::default()
    });
    model.graph.as_mut().unwrap().node = vec![softmax];
    let error = why(&model);
    assert!(error.contains("`along` of a function"), "{error}");
}

#[test]
fn a_branch_that_the_rows_choose_is_refused() {
    let mut model = graph("1.20.0-f_branches_float");
    for function in &mut model.functions {
        for node in &mut function.node {
            if node.op_type == "If" {
                node.input[0] = "X".into();
            }
        }
    }
    let error = why(&model);
    assert!(
        error.contains("in the function `decided`") && error.contains("by the rows"),
        "{error}"
    );
}

#[test]
fn an_imputer_is_one_only_with_the_functions_of_skl2onnx() {
    let mut model = graph("1.20.0-i_knnimp_log");
    assert!(read(&model.encode_to_vec()).is_ok());
    let distance = model
        .functions
        .iter_mut()
        .find(|f| f.name == "dist_nan_euclidean");
    let sum = distance
        .unwrap()
        .node
        .iter_mut()
        .find(|node| node.op_type == "Add");
    sum.unwrap().op_type = "Sub".into();
    let error = why(&model);
    assert!(error.contains("NonZero"), "{error}");
}

/// The nodes of a branch of the first `If`.
fn branch<'n>(nodes: &'n mut [NodeProto], name: &str) -> &'n mut [NodeProto] {
    let decides = nodes.iter_mut().find(|node| node.op_type == "If").unwrap();
    let mut attributes = decides.attribute.iter_mut();
    let branch = attributes.find(|attribute| attribute.name == name);
    &mut branch.unwrap().g.as_mut().unwrap().node
}

#[test]
fn only_the_branch_that_is_taken_needs_operators_that_are_known() {
    let with = |outer: &str, inner: Option<&str>| {
        let mut model = graph("1.20.0-f_branches_float");
        let mut functions = model.functions.iter_mut();
        let decided = functions.find(|f| f.name == "decided").unwrap();
        let mut nodes = branch(&mut decided.node, outer);
        if let Some(inner) = inner {
            nodes = branch(nodes, inner);
        }
        nodes[0].op_type = "Det".into();
        nodes[0].domain.clear();
        read(&model.encode_to_vec())
    };
    with("else_branch", None).unwrap();
    with("then_branch", Some("then_branch")).unwrap();
    let error = with("then_branch", Some("else_branch")).unwrap_err();
    assert!(error.to_string().contains("Det"), "{error}");
}

#[test]
fn an_imputer_whose_steps_something_else_reads_is_no_imputer() {
    let model = graph("1.20.0-i_knnimp_log");
    let steps = &model.graph.as_ref().unwrap().node;
    let gaps = steps.iter().find(|node| node.op_type == "IsNaN").unwrap();
    let gaps = gaps.output[0].clone();

    let mut read_by_a_node = model.clone();
    let graph = read_by_a_node.graph.as_mut().unwrap();
    graph.node.push(node("", "Not", &[&gaps], "there"));

    let mut an_output = model.clone();
    let graph = an_output.graph.as_mut().unwrap();
    let mut output = graph.output[0].clone();
    output.name = gaps;
    graph.output.push(output);

    for model in [read_by_a_node, an_output] {
        let error = why(&model);
        assert!(error.contains("NonZero"), "{error}");
    }
}
