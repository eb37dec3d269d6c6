//! The nodes themselves.

use crate::nodes::Nodes;

#[test]
#[ignore = "needs etcd: make cluster"]
fn three_nodes_elect_a_leader_and_survive_its_end() {
    let mut nodes = Nodes::start(3);
    let leader = nodes.find_leader();
    nodes.node(leader).kill();
    assert!(!nodes.node(leader).is_ready());
    let next = nodes.find_leader();
    assert_ne!(next, leader);
    nodes.node(leader).restart();
    assert!(nodes.node(leader).is_ready());
}
