import * as Args from '@oclif/core/args';
import { MesitisCommand } from '../base-command.js';
import { everyTopic, explainTopic, isRule } from '../lib/explain-topic.js';
import { renderTable } from '../lib/table.js';

/** Says what a rule or a condition's reason means. */
export class Explain extends MesitisCommand {
  static override summary = 'say what a rule of lint or the reason of a condition means';
  static override description =
    'RULE is an id such as MES012, as lint and the webhook name it. REASON is what stands behind Ready and Failed in status; what it means comes with what to do. Without either, a list of all. No cluster is asked.';
  static override examples = [
    '<%= config.bin %> explain MES060',
    '<%= config.bin %> explain ProvisionCallFailed',
    '<%= config.bin %> explain',
  ];
  static override usage = 'explain [RULE|REASON]';
  static override args = {
    topic: Args.string({ ignoreStdin: true, description: 'the id of a rule, or a reason' }),
  };

  override async run(): Promise<void> {
    const { args } = await this.parse(Explain);
    if (args.topic !== undefined) {
      this.printSentence(await explainTopic(args.topic));
      return;
    }
    const topics = await everyTopic();
    const tables = [
      {
        header: ['RULE', 'SEVERITY', 'MEANING'],
        rows: topics.filter(isRule).map(({ name, of: severity, meaning }) => [name, severity, meaning]),
      },
      {
        // Without whose it is: the names leave little room for what they mean.
        header: ['REASON', 'MEANING'],
        rows: topics.filter((topic) => !isRule(topic)).map(({ name, meaning }) => [name, meaning]),
      },
    ];
    const { columns } = this.terminal.out;
    this.print(tables.map((table) => renderTable({ ...table, wrap: true }, columns)).join('\n'));
  }
}
