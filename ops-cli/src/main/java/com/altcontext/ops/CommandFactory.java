package com.altcontext.ops;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the command classes, and gives the context of the run to those whose constructor takes it. */
record CommandFactory(CommandContext context) implements IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
        try {
            return type.getDeclaredConstructor(CommandContext.class).newInstance(context);
        } catch (NoSuchMethodException needsNoContext) {
            return CommandLine.defaultFactory().create(type);
        }
    }
}
