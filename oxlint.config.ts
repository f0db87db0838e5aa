import { defineConfig } from 'oxlint';

// Which workspaces a part may import. offering sees only kube's selector grammar, which is pure.
const mayImport: Record<string, string[]> = {
  kube: [],
  offering: ['kube/selectors'],
  webhook: ['kube', 'offering', 'catalog/admission', 'catalog/users'],
  broker: ['kube', 'offering'],
  catalog: ['kube', 'offering'],
  'kubectl-plugin': ['kube', 'offering', 'catalog/users'],
};

// A workspace comes with the folders that it shows to others; a folder named alone is all that is allowed of it.
const allowed = (name: string): string[] =>
  name.includes('/') ? [`!@mesitis/${name}`] : [`!@mesitis/${name}`, `!@mesitis/${name}/*`];

const importsOf = (part: string, names: string[]) => ({
  files: [`${part}/src/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error' as const,
      {
        patterns: [
          {
            group: ['@mesitis/*', '@mesitis/*/*', ...names.flatMap(allowed)],
            message: `${part} may import of the workspaces only: ${names.join(', ') || 'none'}.`,
          },
          ...(part === 'kube'
            ? []
            : [
                { group: ['@kubernetes/**'], message: 'Only kube/src/client imports the Kubernetes client.' },
              ]),
        ],
      },
    ],
  },
});

const errors = (...rules: string[]) => Object.fromEntries(rules.map((rule) => [rule, 'error' as const]));

export default defineConfig({
  plugins: ['typescript', 'oxc'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/', '**/node_modules/', '**/.cache/', 'manifests/'],
  rules: {
    // Tests sort short words and statuses.
    'typescript/require-array-sort-compare': 'off',
    ...errors(
      'no-array-constructor',
      'no-case-declarations',
      'no-empty',
      'no-fallthrough',
      'no-prototype-builtins',
      'no-redeclare',
      'no-regex-spaces',
      'no-undef',
      'no-unexpected-multiline',
      'no-useless-assignment',
      'no-useless-constructor',
      'prefer-const',
      'prefer-rest-params',
      'prefer-spread',
      'preserve-caught-error',
    ),
  },
  env: { builtin: true, node: true },
  overrides: [
    {
      files: ['**/*.ts'],
      rules: {
        // What the compiler finds.
        'no-redeclare': 'off',
        'no-undef': 'off',
        'no-unsafe-optional-chaining': 'off',
        ...errors(
          'no-var',
          'typescript/explicit-module-boundary-types',
          'typescript/no-deprecated',
          'typescript/no-dynamic-delete',
          'typescript/no-empty-object-type',
          'typescript/no-explicit-any',
          'typescript/no-extraneous-class',
          'typescript/no-generated-empty-object-type',
          'typescript/no-invalid-void-type',
          'typescript/no-misused-promises',
          'typescript/no-mixed-enums',
          'typescript/no-namespace',
          'typescript/no-non-null-asserted-nullish-coalescing',
          'typescript/no-non-null-assertion',
          'typescript/no-require-imports',
          'typescript/no-unnecessary-boolean-literal-compare',
          'typescript/no-unnecessary-condition',
          'typescript/no-unnecessary-template-expression',
          'typescript/no-unnecessary-type-arguments',
          'typescript/no-unnecessary-type-assertion',
          'typescript/no-unnecessary-type-constraint',
          'typescript/no-unnecessary-type-conversion',
          'typescript/no-unnecessary-type-parameters',
          'typescript/no-unsafe-argument',
          'typescript/no-unsafe-assignment',
          'typescript/no-unsafe-call',
          'typescript/no-unsafe-enum-comparison',
          'typescript/no-unsafe-function-type',
          'typescript/no-unsafe-member-access',
          'typescript/no-unsafe-return',
          'typescript/only-throw-error',
          'typescript/prefer-literal-enum-member',
          'typescript/prefer-promise-reject-errors',
          'typescript/prefer-reduce-type-parameter',
          'typescript/prefer-return-this-type',
          'typescript/related-getter-setter-pairs',
          'typescript/require-await',
          'typescript/unified-signatures',
          'typescript/use-unknown-in-catch-callback-variable',
        ),
        'typescript/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
        'typescript/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
        'typescript/restrict-plus-operands': [
          'error',
          {
            allowAny: false,
            allowBoolean: false,
            allowNullish: false,
            allowNumberAndString: false,
            allowRegExp: false,
          },
        ],
        'typescript/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
        'typescript/return-await': ['error', 'error-handling-correctness-only'],
        'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
        // Taking a member away by destructuring names what is not used.
        'no-unused-vars': ['error', { ignoreRestSiblings: true }],
        complexity: ['error', 12],
        'max-params': ['error', 4],
        'no-restricted-properties': [
          'error',
          { object: 'process', property: 'env', message: 'Only main.ts reads the environment.' },
        ],
      },
    },
    ...Object.entries(mayImport).map(([part, names]) => importsOf(part, names)),
    {
      files: ['**/main.ts', 'test/**/*.ts', 'kubectl-plugin/**/*.ts'],
      rules: { 'no-restricted-properties': 'off' },
    },
  ],
});
