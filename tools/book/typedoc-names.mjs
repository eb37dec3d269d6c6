// Names the modules of the Node package as programs import them: `sfn-alias`, `sfn-alias/cdk`.
import { Converter, ReflectionKind } from 'typedoc'

export function load (app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, context => {
    for (const module of context.project.getReflectionsByKind(ReflectionKind.Module)) {
      // Without the directory, the name of index.d.ts is empty.
      const name = module.name.replace(/^bindings-node\/?/, '')
      module.name = name ? `sfn-alias/${name}` : 'sfn-alias'
    }
  })
}
