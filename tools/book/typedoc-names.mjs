// Names the modules of the Node package as programs import them: `sfn-alias`, `sfn-alias/cdk`.
import { Converter, ReflectionKind } from 'typedoc'

export function load (app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, context => {
    for (const module of context.project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = module.name === 'index' ? 'sfn-alias' : `sfn-alias/${module.name}`
    }
  })
}
