"""The tests of the check: each mistake in our files is found."""

import unittest

import check

COMPOSE, KUBERNETES = check.COMPOSE.read_text(), check.KUBERNETES.read_text()


class Check(unittest.TestCase):
    def mistake(self, checker, text: str, old: str, new: str) -> str:
        """Returns the problems of a file with one change."""
        self.assertIn(old, text)
        return "\n".join(checker(text.replace(old, new, 1)))

    def test_the_files_have_no_problems(self):
        self.assertEqual([], check.check_compose(COMPOSE))
        self.assertEqual([], check.check_compose(check.read_compose_block(check.CONTAINERS.read_text())))
        self.assertEqual([], check.check_kubernetes(KUBERNETES))
        kinds = sorted({item["kind"] for item in check.load_objects(KUBERNETES)})
        self.assertEqual(["Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service", "StatefulSet"], kinds)

    def test_mistakes_in_compose(self):
        for old, new, expected in [
            ("restart:", "restrat:", "/services/etcd-1: Unevaluated properties are not allowed ('restrat' was unexpected)"),
            ("interval: 5s", "intervals: 5s", "/services/etcd-1/healthcheck: 'intervals' does not match"),
            ("interval: 5s", "interval: [5s]", "/services/etcd-1/healthcheck/interval: ['5s'] is not of type 'string'"),
            ("etcd-3: { condition", "etcd-4: { condition", "`etcd-4` is not a service"),
            ('["etcd-2:/var/lib/etcd"]', '["etcd-5:/var/lib/etcd"]', "`etcd-5:/var/lib/etcd` is not a volume"),
        ]:
            with self.subTest(new):
                self.assertIn(expected, self.mistake(check.check_compose, COMPOSE, old, new))

    def test_mistakes_in_kubernetes(self):
        for old, new, expected in [
            ("replicas: 2", "replica: 2", "Deployment/sfn-alias/spec: Additional properties are not allowed ('replica' was unexpected)"),
            ("replicas: 3", "replicas: three", "StatefulSet/etcd/spec/replicas: 'three' is not of type"),
            ("readOnlyRootFilesystem", "readonlyRootFilesystem", "'readonlyRootFilesystem' was unexpected"),
            ("path: /health,", "pth: /health,", "'pth' was unexpected"),
            ("kind: Deployment", "kind: Deployments", "Deployments/sfn-alias: unknown kind in apps/v1"),
            ("policy/v1", "policy/v1beta1", "PodDisruptionBudget/etcd: unknown kind in policy/v1beta1"),
            ("targetPort: http", "targetPort: https", "Service/sfn-alias: `https` is not the name of a port"),
            ("path: /readyz, port: client", "path: /readyz, port: clients", "StatefulSet/etcd: `clients` is not the name of a port"),
            ("selector: { app.kubernetes.io/name: etcd", "selector: { app.kubernetes.io/name: etc", "Service/etcd: the selector matches no pods"),
            ("{ name: data, mountPath", "{ name: date, mountPath", "StatefulSet/etcd: `date` is not a volume"),
            ("      enableServiceLinks: false\n", "", "StatefulSet/etcd: enableServiceLinks must be false"),
        ]:
            with self.subTest(new):
                self.assertIn(expected, self.mistake(check.check_kubernetes, KUBERNETES, old, new))


if __name__ == "__main__":
    unittest.main()
